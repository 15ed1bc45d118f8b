import { statfsSync } from 'node:fs';
import { bundleOf } from '../../../host/repository.js';
import { follow, type Followed } from '../../../process/follow.js';
import { attempt, run, start, type RunResult } from '../../../process/run.js';

/** An emulated processor with others beside it takes a minute to start the command. */
const deadlineMs = 180_000;
const [bpffs, bpffsMagic] = ['/sys/fs/bpf', 0xcafe4a11];

export const xdpCommand = (...args: readonly string[]): string[] => ['--enable-source-maps', bundleOf('xdp'), ...args];

/** What `npm run xdp` runs, to its end. */
export const runXdp = (...args: readonly string[]): Promise<RunResult> =>
  attempt(process.execPath, xdpCommand(...args));

/** The same of one that has to succeed: what it says. */
export const xdpSays = (...args: readonly string[]): Promise<string> => run(process.execPath, xdpCommand(...args));

/** `attach`, once the programs are there, until it is stopped. */
export async function attachByCommand(...args: readonly string[]): Promise<Followed & { pid: number }> {
  const child = start(process.execPath, xdpCommand('attach', ...args));
  const followed = follow(child, 'npm run xdp');
  await followed.waitFor(/Ctrl-C takes them off/, { deadlineMs });
  return { ...followed, pid: child.pid ?? 0 };
}

/** Guests have none, and systemd mounts it on machines. */
export async function mountBpffs(): Promise<void> {
  if (statfsSync(bpffs).type !== bpffsMagic) await run('mount', ['-t', 'bpf', 'bpf', bpffs]);
}
