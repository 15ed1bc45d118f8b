import { writeFile } from 'node:fs/promises';
import { attempt, run } from '../process/run.js';
import { waitUntil } from '../process/wait-until.js';
import { hereNetwork, type Network } from './network.js';

/** All that is read and changed to give a device to a guest: tests have one of their own. */
export interface System {
  readonly sysfs: string;
  readonly procfs: string;
  /** What has to be undone is recorded below it. */
  readonly recordsDir: string;
  readonly isRoot: boolean;
  /** The process that asks. */
  readonly pid: number;
  readonly network: Network;
  /** Writes to a file of sysfs; the kernel acts on it before this returns. */
  readonly write: (path: string, text: string) => Promise<void>;
  readonly loadModule: (name: string) => Promise<void>;
  /** The modules that a modalias stands for. */
  readonly modulesOf: (modalias: string) => Promise<readonly string[]>;
  /** Ends a process, and returns when it is gone. */
  readonly endProcess: (pid: number) => Promise<void>;
}

const graceMs = 3000;

/**
 * The records are lost with a reboot, and so is what they would undo: drivers bind anew then. All who share the kernel
 * share them, whatever their cache is.
 */
export const thisSystem: System = {
  ...{ sysfs: '/sys', procfs: '/proc', recordsDir: '/run/flash/passthrough' },
  isRoot: process.getuid?.() === 0,
  pid: process.pid,
  network: hereNetwork,
  write: (path, text) => writeFile(path, text),
  loadModule: async (name) => void (await run('modprobe', [name], { evenIfInterrupted: true })),
  async modulesOf(modalias) {
    const { stdout } = await attempt('modprobe', ['--resolve-alias', modalias]);
    return stdout.split('\n').filter((name) => name !== '');
  },
  async endProcess(pid) {
    signal(pid, 'SIGTERM');
    const killer = setTimeout(() => signal(pid, 'SIGKILL'), graceMs);
    const wait = { what: `process ${pid} to end`, deadlineMs: 4 * graceMs, evenIfInterrupted: true } as const;
    await waitUntil(() => !signal(pid, 0), wait).finally(() => clearTimeout(killer));
  },
};

/** False if there is no such process. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
