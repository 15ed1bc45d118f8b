import { join } from 'node:path';
import { FlashError } from '../errors.js';
import { repositoryRoot } from '../host/repository.js';
import { requireNoSplats, runInGuest, type RunInGuestOptions } from './run-in-guest.js';

export interface ProgramOptions<Result> extends Omit<RunInGuestOptions, 'command' | 'onEvent'> {
  /** A compiled program of this harness, below dist/. */
  readonly program: string;
  readonly args?: readonly string[];
  /** Each result as it comes. */
  readonly onResult?: (result: Result) => void;
}

/** Runs a program that prints a line of JSON for each of its results, and returns those. */
export async function runProgramInGuest<Result>({ program, args = [], onResult, ...options }: ProgramOptions<Result>): Promise<Result[]> {
  let output = '';
  const results: Result[] = [];
  const readLines = (): void => {
    const lines = output.slice(0, output.lastIndexOf('\n') + 1).split('\n').filter((line) => line.startsWith('{'));
    for (const line of lines.slice(results.length)) {
      const result = JSON.parse(line) as Result;
      results.push(result);
      onResult?.(result);
    }
  };
  const guest = await runInGuest({
    ...options,
    command: [process.execPath, '--enable-source-maps', join(repositoryRoot, 'dist', program), ...args],
    onEvent: (event) => {
      if (event.kind === 'start') [output, results.length] = ['', 0];
      if (event.kind !== 'output') return;
      output += event.text;
      readLines();
    },
  });
  requireNoSplats(guest);
  if (guest.exitCode !== 0 || results.length === 0) throw new FlashError('guest', `${program} did not run to its end in the guest`, { logTail: output });
  return results;
}
