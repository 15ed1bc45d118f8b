import { rollup } from 'd3-array';
import type { Outcome, SuiteResult } from './suite.js';

/** Where the table of what every model gave is, from the root of the repository. */
export const tableFile = 'docs/nics.md';

const shown: readonly Outcome[] = ['passed', 'failed', 'skipped', 'error'];

/** What a run gave, as a cell says it. */
export function cellText({ tests, figure }: SuiteResult): string {
  const counts = rollup(
    tests,
    ({ length }) => length,
    ({ outcome }) => outcome,
  );
  if (figure !== undefined && counts.size === 1 && counts.has('passed')) return figure;
  const told = shown.filter((outcome) => counts.has(outcome)).map((outcome) => `${counts.get(outcome)} ${outcome}`);
  return told.join(', ') || 'no tests';
}
