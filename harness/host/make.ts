import { withProgress, type OnProgress } from './progress.js';
import { attempt, requireSuccess, type RunOptions, type RunResult } from '../process/run.js';

export interface MakeOptions extends RunOptions {
  /** What is built, for whoever watches. */
  readonly what: string;
  /** Where progress goes; to a view of its own unless told. */
  readonly onProgress?: OnProgress | undefined;
}

/** Runs make and shows which of its files it is at; says nothing when all are up to date. */
export async function make(args: readonly string[], options: MakeOptions): Promise<void> {
  requireSuccess(await attemptMake(args, options), options);
}

/** The same, whatever its exit code. */
export async function attemptMake(
  args: readonly string[],
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
    return attempt('make', args, { ...options, onLine: count });
  }, onProgress);
}

/** A command of a compiler, of which make prints each when it starts it. */
function writesFile(line: string): boolean {
  return /(?:^|\s)-o \S/.test(line);
}
