import { describeFailure } from '../errors.js';
import { formatSeconds, startClock } from '../host/duration.js';
import { throwIfInterrupted } from '../process/interrupt.js';
import { endedBefore } from './ended-tests.js';
import { formatTotals, showFailures, type Suite, type SuiteOptions, type SuiteResult } from './suite.js';

/** What a suite gave, and when. */
export interface SuiteRun extends SuiteResult {
  readonly name: string;
  readonly started: Date;
  readonly seconds: number;
}

/**
 * Runs suites one after the other and shows what each gave. Whatever ends the run, all of them are
 * recorded: those that did not come to their end with an error.
 */
export async function runSuites(
  chosen: readonly Suite[],
  options: SuiteOptions,
  record: (runs: readonly SuiteRun[]) => void,
): Promise<readonly SuiteRun[]> {
  const runs: SuiteRun[] = [];
  try {
    for (const suite of chosen) runs.push(await runSuite(suite, options));
    return runs;
  } finally {
    record([...runs, ...chosen.slice(runs.length).map(withoutEnd)]);
  }
}

/** A suite that does not come to its end is an error besides what had ended; the others still get their turn. */
export async function runSuite(suite: Suite, options: SuiteOptions): Promise<SuiteRun> {
  const started = new Date();
  const elapsed = startClock();
  const result = await suite.run(options).catch((error: unknown): SuiteResult => {
    throwIfInterrupted();
    const tests = endedBefore(error);
    const after = tests.length === 0 ? '' : `\nafter the test "${tests.at(-1)?.title}" had ended`;
    const detail = `${describeFailure(error)}${after}`;
    return { tests: [...tests, { title: `the suite ${suite.name} runs`, outcome: 'error', detail }] };
  });
  showFailures(result);
  const seconds = elapsed();
  if (result.figure !== undefined) console.log(`${suite.name}: ${result.figure}`);
  console.log(`${suite.name}: ${formatTotals(result)} (${formatSeconds(seconds)})`);
  return { ...result, name: suite.name, started, seconds };
}

function withoutEnd({ name }: Suite): SuiteRun {
  const detail = 'the run was interrupted before this suite ended';
  const tests = [{ title: `the suite ${name} runs`, outcome: 'error', detail }] as const;
  return { name, started: new Date(), seconds: 0, tests };
}
