import { join } from 'node:path';
import { FlashError } from '../errors.js';
import { repositoryRoot } from '../host/repository.js';
import { requireNoSplats, runInGuest, type RunInGuestOptions } from './run-in-guest.js';

export interface ProgramOptions extends Omit<RunInGuestOptions, 'command' | 'onEvent'> {
  /** A compiled program of this harness, below dist/. */
  readonly program: string;
  readonly args?: readonly string[];
}

/** Runs a program that prints a line of JSON for each of its results, and returns those. */
export async function runProgramInGuest<Result>({ program, args = [], ...options }: ProgramOptions): Promise<Result[]> {
  let output = '';
  const guest = await runInGuest({
    ...options,
    command: [process.execPath, '--enable-source-maps', join(repositoryRoot, 'dist', program), ...args],
    onEvent: (event) => {
      if (event.kind === 'output') output += event.text;
    },
  });
  requireNoSplats(guest);
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  if (guest.exitCode !== 0 || lines.length === 0) throw new FlashError('guest', `${program} did not run to its end in the guest`, { logTail: output });
  return lines.map((line) => JSON.parse(line) as Result);
}
