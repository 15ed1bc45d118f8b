import type { Accelerator } from './accelerator.js';
import type { Splat } from './splat.js';

/** What a guest run tells, in the order it happens. */
export type GuestEvent =
  | { readonly kind: 'start'; readonly accel: Accelerator; readonly image: string; readonly runDir: string }
  /** A line of the kernel's console. */
  | { readonly kind: 'console'; readonly line: string }
  /** The kernel is up and the command is about to start. */
  | { readonly kind: 'setup'; readonly seconds: number }
  | { readonly kind: 'output'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly kind: 'splat'; readonly splat: Splat }
  /** The command ended; the guest is shutting down. */
  | { readonly kind: 'exit'; readonly exitCode: number }
  | { readonly kind: 'end'; readonly result: GuestResult };

export interface GuestResult {
  readonly exitCode: number;
  readonly splats: readonly Splat[];
  readonly consoleLogPath: string;
  readonly runDir: string;
  readonly accel: Accelerator;
  /** From the start of QEMU to its end. */
  readonly seconds: number;
}
