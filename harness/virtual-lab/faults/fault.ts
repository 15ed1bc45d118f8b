import type { RunResult } from '../../process/run.js';
import type { VirtualMachine } from '../start-machine.js';
import type { Nics } from '../../nics/start-nics.js';

/** What a fault, or a run without one, is tried with. */
export interface Bench {
  readonly machine: VirtualMachine;
  readonly nics: Nics;
  readonly inventoryPath: string;
  /** A directory with packages of a kernel with FLASH that boots the machine. */
  readonly packages: string;
  /** Calls `lab` as a user does, and does something at the first line that matches, if told. */
  readonly lab: (words: readonly string[], at?: Moment) => Promise<RunResult>;
  /** Runs a command on the machine, and throws if it fails. */
  readonly ssh: (command: string) => Promise<string>;
  /** Until the machine answers, and is another boot than the one named. */
  readonly waitForBoot: (notThisOne?: string) => Promise<string>;
}

export interface Moment {
  readonly line: RegExp;
  readonly act: () => Promise<unknown>;
}

export interface Fault {
  readonly title: string;
  /** Throws if something is not as it should be. What it changed by hand it puts back. */
  readonly run: (bench: Bench) => Promise<void>;
}
