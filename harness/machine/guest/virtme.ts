import { delimiter, dirname } from 'node:path';
import { FlashError } from '../../errors.js';
import { findVirtmeNg } from '../../host/virtme-ng.js';
import type { Accelerator } from './accelerator.js';
import { quote, type RunDirectory } from './run-directory.js';

export interface MachineOptions {
  readonly image: string;
  readonly cpus: number;
  readonly memoryMb: number;
  readonly accel: Accelerator;
  /** Shared with the guest, writable there; the rest of the host's files are read-only overlays. */
  readonly sharedDir: string;
  readonly appendKernelArgs?: readonly string[];
  readonly extraQemuArgs?: readonly string[];
  /** The system's unless told. */
  readonly qemu?: string | undefined;
}

export interface VirtmeCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * In verbose mode the kernel's console (and what virtme-ng itself says) goes to stderr; what the
 * command prints does not, the guest script sends that to files. Machine q35 is what every
 * processor emulation boots. vng puts its options through a shell.
 */
export async function virtmeCommand(machine: MachineOptions, files: RunDirectory): Promise<VirtmeCommand> {
  const program = await requireVirtmeNg();
  const kernelArgs = [
    'ignore_loglevel',
    rootFlags,
    `PATH=${files.shortcutsPath}:/bin`,
    ...(machine.appendKernelArgs ?? []),
  ];
  const args = [
    ...machineArgs(machine),
    '--verbose',
    // An emulated timer is late on a busy machine, and a kernel that checks it as it boots panics then.
    '--append=no_timer_check',
    ...kernelArgs.map((arg) => `--append=${arg}`),
    ...(machine.extraQemuArgs ?? []).map((arg) => `--qemu-opts=${arg}`),
    '--',
    quote(files.scriptPath),
  ];
  return { program, args, env: virtmeEnv(program) };
}

/**
 * The host's files do not change for the guest while it runs, so it may keep what it has read:
 * programs start several times faster. The shared directory is mounted apart, without a cache.
 */
const rootFlags = 'rootflags=version=9p2000.L,trans=virtio,access=any,msize=524288,cache=loose';

/** Where the shared directory is in the guest is said as well: virtme-ng 1.35, of Debian 13, finds it itself only from /. */
export function machineArgs(machine: MachineOptions): string[] {
  const { image, accel, cpus, memoryMb, sharedDir, qemu } = machine;
  return [
    ...['--run', quote(image), '--disable-microvm', '--force-9p', ...(accel === 'tcg' ? ['--disable-kvm'] : [])],
    ...['--cpus', String(cpus), '--memory', `${memoryMb}M`, `--rwdir=${quote(`${sharedDir}=${sharedDir}`)}`],
    ...(qemu === undefined ? [] : [`--qemu=${quote(qemu)}`]),
  ];
}

export async function requireVirtmeNg(): Promise<string> {
  const program = await findVirtmeNg();
  if (program !== undefined) return program;
  throw new FlashError('missingTool', 'virtme-ng is not installed', { advice: 'run `npm run doctor`' });
}

/** vng looks for its own helpers on the PATH. */
export function virtmeEnv(program: string): Readonly<Record<string, string>> {
  return { PATH: `${dirname(program)}${delimiter}${process.env['PATH'] ?? ''}` };
}
