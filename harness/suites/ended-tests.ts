import type { SuiteResult, TestResult } from './suite.js';

/*
 * A machine that fails while tests run there is an error, and whoever handles it may want to know what had ended by then.
 */
const ended = new WeakMap<object, readonly TestResult[]>();

export function noteEnded(error: unknown, { tests }: SuiteResult): void {
  if (typeof error !== 'object' || error === null) return;
  ended.set(
    error,
    tests.filter(({ outcome }) => outcome !== 'error'),
  );
}

/** The tests that had ended before an error; none if nobody noted any. */
export function endedBefore(error: unknown): readonly TestResult[] {
  return typeof error === 'object' && error !== null ? (ended.get(error) ?? []) : [];
}
