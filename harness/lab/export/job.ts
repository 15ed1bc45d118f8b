import type { LabMachine } from '../inventory/inventory.js';

/** What runs where: what a job definition says, in whatever language. */
export interface FarmJob {
  /** Of letters, digits, _ and -. */
  readonly name: string;
  readonly target: Target;
  readonly kernel: FarmKernel;
  /** The URL of a Debian with a login as root: a disk image for QEMU, an archive for a machine. */
  readonly rootfs?: string;
  readonly repository: Repository;
  /** What `npm test --` takes, as a shell reads it. */
  readonly test: string;
  /** How long the tests may take. */
  readonly minutes: number;
}

export type Target =
  | { readonly kind: 'qemu'; readonly cpus: number; readonly memoryMb: number }
  | {
      readonly kind: 'machine';
      readonly machine: LabMachine;
      /** What the farm calls machines of its kind. */
      readonly deviceType: string;
      /** How its firmware gets a kernel. */
      readonly bootMethod: BootMethod;
    };

export const bootMethods = ['grub', 'ipxe'] as const;

export type BootMethod = (typeof bootMethods)[number];

/** URLs: an image that is booted, with the modules of it, or packages that are installed. */
export interface FarmKernel {
  readonly image?: string;
  readonly modules?: string;
  readonly packages: readonly string[];
}

/** Where the machine gets this repository from. */
export interface Repository {
  readonly url: string;
  readonly revision: string;
}

export interface ExportedFile {
  /** Relative to the folder that is written. */
  readonly path: string;
  readonly text: string;
}

/** Writes jobs in the language of a farm. */
export interface Engine {
  readonly what: string;
  write(jobs: readonly FarmJob[]): readonly ExportedFile[];
}

/** What the harness needs before it installs the rest itself. */
export const neededPackages: readonly string[] = 'ca-certificates git nodejs npm'.split(' ');

/** The tests as a shell runs them in the repository: on the console, and as files, come the results. */
export function testCommand({ test }: FarmJob): string {
  return `ci/in-farm ${test}`;
}
