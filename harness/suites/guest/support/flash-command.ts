import { bundleOf } from '../../../host/repository.js';
import { follow, type Followed } from '../../../process/follow.js';
import { attempt, start, type RunOptions, type RunResult } from '../../../process/run.js';

const command = (args: readonly string[]): string[] => [bundleOf('flash'), ...args];

/** Runs a verb to its end, as a user does. Each takes seconds to load on an emulated processor. */
export function runFlash(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return attempt(process.execPath, command(args), options);
}

/** The same in a mount namespace of its own, in which a shell has done something first. */
export function runFlashAfter(script: string, args: readonly string[]): Promise<RunResult> {
  return attempt('unshare', ['--mount', 'sh', '-ec', `${script}\nexec "$@"`, 'sh', process.execPath, ...command(args)]);
}

/** One that runs meanwhile. */
export function startFlash(...args: readonly string[]): Followed {
  return follow(start(process.execPath, command(args)), `flash ${args[0]}`);
}
