import { join } from 'node:path';
import { FlashError } from '../../errors.js';
import { repositoryRoot } from '../../host/repository.js';
import { readJsonLines } from '../../process/json-lines.js';
import { start } from '../../process/run.js';
import { requireNoSplats, runInGuest, type RunInGuestOptions } from './run-in-guest.js';

export interface ProgramOptions<Result> {
  /** A compiled program of this harness, below dist/. */
  readonly program: string;
  readonly args?: readonly string[];
  /** Added to its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Each result as it comes. */
  readonly onResult?: (result: Result) => void;
}

export type GuestProgramOptions<Result> = ProgramOptions<Result> & Omit<RunInGuestOptions, 'command' | 'onEvent'>;

const commandOf = (program: string, args: readonly string[]): string[] => ['--enable-source-maps', join(repositoryRoot, 'dist', program), ...args];
const shownCharacters = 2000;

/** Runs a program that prints a line of JSON for each of its results, and returns those. */
export async function runProgramInGuest<Result>({ program, args = [], env = {}, onResult, ...options }: GuestProgramOptions<Result>): Promise<Result[]> {
  let output = '';
  const lines = readJsonLines(onResult);
  const guest = await runInGuest({
    ...options,
    command: ['env', ...Object.entries(env).map(([name, value]) => `${name}=${value}`), process.execPath, ...commandOf(program, args)],
    onEvent: (event) => {
      if (event.kind === 'start') {
        output = '';
        lines.reset();
      }
      if (event.kind !== 'output') return;
      output = (output + event.text).slice(-shownCharacters);
      if (event.stream === 'stdout') lines.push(event.text);
    },
  });
  requireNoSplats(guest);
  return requireResults(program, guest.exitCode, lines.results, output);
}

/** The same on this machine. */
export async function runProgramHere<Result>({ program, args = [], env = {}, onResult }: ProgramOptions<Result>): Promise<Result[]> {
  const lines = readJsonLines(onResult);
  const child = start(process.execPath, commandOf(program, args), { cwd: repositoryRoot, env });
  child.stdout.on('data', (chunk: Buffer | string) => lines.push(chunk.toString()));
  const { exitCode, stderr } = await child;
  return requireResults(program, exitCode ?? 1, lines.results, stderr.slice(-shownCharacters));
}

function requireResults<Result>(program: string, exitCode: number, results: readonly Result[], logTail: string): Result[] {
  if (exitCode !== 0 || results.length === 0) throw new FlashError('guest', `${program} did not run to its end`, { logTail });
  return [...results];
}
