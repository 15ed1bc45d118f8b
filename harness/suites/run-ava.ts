import { join } from 'node:path';
import { repositoryRoot } from '../host/repository.js';
import { attempt, type RunResult } from '../process/run.js';

export interface AvaOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** None unless told. */
  readonly timeoutMs?: number;
  readonly onLine: (line: string) => void;
}

/** Only tests with such titles, or all. */
export function matchArguments(match: string | undefined): readonly string[] {
  return match === undefined ? [] : [`--match=${match}`];
}

/** Runs AVA with TAP as its output. */
export function runAva(args: readonly string[], options: AvaOptions): Promise<RunResult> {
  const ava = join(repositoryRoot, 'node_modules', 'ava', 'entrypoints', 'cli.mjs');
  return attempt(process.execPath, ['--enable-source-maps', ava, '--tap', ...args], {
    cwd: repositoryRoot,
    ...options,
  });
}
