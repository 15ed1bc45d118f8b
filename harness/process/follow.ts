import type { ProcessPromise } from 'zx/core';
import { FlashError, type FailureDetails } from '../errors.js';
import { lastLines, type RunResult } from './run.js';
import { signalGroup } from './signal-group.js';
import { waitUntil, type WaitOptions } from './wait-until.js';

/** A program that runs while others do something: what it has said, and its end. */
export interface Followed extends AsyncDisposable {
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** How it ended, if it has: its exit code or the signal. */
  readonly ending: () => string | undefined;
  readonly end: Promise<
    Pick<RunResult, 'stdout' | 'stderr'> & { readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }
  >;
  /** Waits until it has said something on stdout. If it ends before, that is an error with its last words. */
  readonly waitFor: (
    said: RegExp,
    options: Pick<WaitOptions, 'deadlineMs' | 'intervalMs'>,
    details?: FailureDetails,
  ) => Promise<RegExpExecArray>;
  /** Has its whole group end: SIGTERM, and SIGKILL after the grace. */
  readonly stop: () => Promise<void>;
}

const shownLines = 10;

/**
 * Collects what a program says from its start on. Whoever starts it stops it, also when it does not
 * get ready.
 *
 * @param what the program in words, as in "<what> did not start".
 * @param graceMs from SIGTERM to SIGKILL; 0 for a program that has nothing to put in order.
 */
export function follow(child: ProcessPromise, what: string, graceMs = 3000): Followed {
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', (chunk: Buffer | string) => (said[stream] += chunk.toString()));
  }
  let ending: string | undefined;
  const end = (async () => {
    const { exitCode, signal, stdout, stderr } = await child;
    ending = signal === null ? `exit code ${exitCode}` : `signal ${signal}`;
    return { exitCode, signal, stdout, stderr };
  })();
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    if (ending !== undefined) return;
    signalGroup(child.pid, graceMs > 0 ? 'SIGTERM' : 'SIGKILL');
    const killer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), graceMs);
    await end;
    clearTimeout(killer);
  };
  const didNotStart = (details: FailureDetails): FlashError => {
    const lastWords = lastLines(said.stderr, 1) || 'it said nothing';
    return new FlashError('infrastructure', `${what} did not start (${ending}): ${lastWords}`, {
      logTail: lastLines(said.stderr, shownLines),
      ...details,
    });
  };
  return {
    pid: child.pid ?? 0,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    ending: () => ending,
    end,
    waitFor: (pattern, options, details = {}) =>
      waitUntil(
        () => {
          const found = pattern.exec(said.stdout);
          if (found === null && ending !== undefined) throw didNotStart(details);
          return found ?? undefined;
        },
        {
          what: `${what} to be ready`,
          failAs: 'infrastructure',
          lastState: () => said.stderr || 'it said nothing',
          ...options,
        },
      ),
    stop: () => (stopping ??= stop()),
    [Symbol.asyncDispose]: () => (stopping ??= stop()),
  };
}
