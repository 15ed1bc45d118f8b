import { formatSeconds, startClock } from '../host/duration.js';
import { aside } from '../host/progress.js';
import { formatTotals, showFailures, type Suite, type SuiteOptions, type SuiteResult } from './suite.js';
import { toItsEnd } from './to-its-end.js';

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

/** A suite that does not come to its end does not keep the others from their turn. */
export async function runSuite(suite: Suite, options: SuiteOptions): Promise<SuiteRun> {
  const started = new Date();
  const elapsed = startClock();
  const result = await toItsEnd(endOf(suite), () => suite.run(options));
  const seconds = elapsed();
  aside(() => {
    showFailures(result);
    if (result.figure !== undefined) console.log(`${suite.name}: ${result.figure}`);
    console.log(`${suite.name}: ${formatTotals(result)} (${formatSeconds(seconds)})`);
  });
  return { ...result, name: suite.name, started, seconds };
}

function endOf({ name }: Suite): string {
  return `the suite ${name} runs`;
}

function withoutEnd(suite: Suite): SuiteRun {
  const detail = 'the run was interrupted before this suite ended';
  const tests = [{ title: endOf(suite), outcome: 'error', detail }] as const;
  return { name: suite.name, started: new Date(), seconds: 0, tests };
}
