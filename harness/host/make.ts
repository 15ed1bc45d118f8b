import { withProgress, type OnProgress } from './progress.js';
import { attempt, requireSuccess, type RunOptions, type RunResult } from '../process/run.js';

/** What make is called with, the directory of its makefile first. */
export type MakeArgs = readonly ['-C', string, ...string[]];

export interface MakeOptions extends RunOptions {
  /** What is built, for whoever watches. */
  readonly what: string;
  /** Where progress goes; to a view of its own unless told. */
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Runs make and shows which of its files it is at; says nothing when all are up to date. Who builds
 * from the same directory meanwhile waits: what two write at once, one of them reads half written.
 */
export async function make(args: MakeArgs, options: MakeOptions): Promise<void> {
  requireSuccess(await attemptMake(args, options), options);
}

/** The same, whatever its exit code. */
export async function attemptMake(
  args: MakeArgs,
  { what, onProgress, onLine, ...options }: MakeOptions,
): Promise<RunResult> {
  const plan = await attempt('make', [...args, '--dry-run'], options);
  const total = plan.stdout.split('\n').filter(writesFile).length;
  return withProgress((report) => {
    if (total > 0) report({ kind: 'phase', phase: `building ${what}` });
    let done = 0;
    const count = (line: string): void => {
      if (writesFile(line)) report({ kind: 'step', done: ++done, total });
      onLine?.(line);
    };
    return attempt('flock', [args[1], 'make', ...args], { ...options, onLine: count });
  }, onProgress);
}

/** A command of a compiler, of which make prints each when it starts it. */
function writesFile(line: string): boolean {
  return /(?:^|\s)-o \S/.test(line);
}
