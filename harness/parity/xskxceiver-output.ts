import * as z from 'zod';
import type { SuiteResult } from '../suites/suite.js';

const outcomeSchema = z.enum(['pass', 'fail', 'skip']);

/** A test in one mode, and what each attempt gave. */
export const testRunSchema = z
  .object({ mode: z.string(), test: z.string(), results: z.array(outcomeSchema).readonly() })
  .readonly();

export type Outcome = z.infer<typeof outcomeSchema>;
export type TestRun = z.infer<typeof testRunSchema>;

/** `xskxceiver -l`: a line `number: NAME` a test. */
export function parseTestList(text: string): { readonly number: number; readonly name: string }[] {
  return [...text.matchAll(/^(\d+): (\S+)$/gm)].map(([, number, name]) => ({
    number: Number(number),
    name: name ?? '',
  }));
}

/** What one test printed, in TAP. No result line at all, as after a crash, is a failure. */
export function parseTest(text: string): Outcome {
  if (/^not ok /m.test(text)) return 'fail';
  if (/^ok .*# SKIP/m.test(text)) return 'skip';
  return /^ok /m.test(text) ? 'pass' : 'fail';
}

export interface Comparison {
  readonly mode: string;
  readonly test: string;
  readonly vanilla: string;
  readonly flash: string;
  readonly same: boolean;
}

/** Flaky if the attempts differ; else what they all gave. */
export function summarize({ results }: TestRun): string {
  return new Set(results).size > 1 ? 'flaky' : (results[0] ?? 'fail');
}

/** Runs, and what more attempts at some of them gave. */
export function withAgain(runs: readonly TestRun[], again: readonly TestRun[]): TestRun[] {
  return runs.map((run) => {
    const more = again.find(({ mode, test }) => mode === run.mode && test === run.test);
    return more === undefined ? run : { ...run, results: [...run.results, ...more.results] };
  });
}

/** Two kernels test by test. One that passes now and then counts as passing, and is named. */
export function compare(vanilla: readonly TestRun[], flash: readonly TestRun[]): Comparison[] {
  return vanilla.map((before) => {
    const after = flash.find(({ mode, test }) => mode === before.mode && test === before.test);
    const same = after !== undefined && before.results.at(-1) === after.results.at(-1);
    return {
      mode: before.mode,
      test: before.test,
      vanilla: summarize(before),
      flash: after === undefined ? 'missing' : summarize(after),
      same,
    };
  });
}

/** A test whose result is another than on the vanilla kernel is a failure; one that fails on both is not. */
export function judge(rows: readonly Comparison[]): SuiteResult {
  return {
    tests: rows.map(({ test, vanilla, flash, same }) => {
      const title = `${test} gives the same`;
      return same
        ? { title, outcome: 'passed' }
        : { title, outcome: 'failed', detail: `vanilla: ${vanilla}, flash: ${flash}` };
    }),
  };
}
