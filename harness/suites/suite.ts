import type { GuestConfig } from '../kernel/configs.js';

/** An error is a failure of what runs the tests, and not of one of them; it counts as one. */
export type Outcome = 'passed' | 'failed' | 'skipped' | 'error';

export interface TestResult {
  readonly title: string;
  readonly outcome: Outcome;
  /** What a reader needs to see of a failure, and the probed reason of a skip. */
  readonly detail?: string;
  /** From the result before it to this one: its own time where tests run one after the other. */
  readonly seconds?: number | undefined;
}

export interface SuiteResult {
  readonly tests: readonly TestResult[];
  /** What was measured, if that says more than how many tests passed. */
  readonly figure?: string;
}

/** Which kernel the suites in guests boot. */
export interface SuiteOptions {
  readonly config: GuestConfig;
  /** Boot this one instead of building one. */
  readonly image?: string;
  /** Only tests with such titles; * stands for any text. */
  readonly match?: string;
}

/** A part of what `npm test` runs. */
export interface Suite {
  readonly name: string;
  /** Left out when everything is run. */
  readonly onlyByName?: boolean;
  readonly bootsGuests?: false;
  /** Throws if this machine cannot run it at all; asked before anything runs. */
  readonly requireMachine?: () => void;
  /** Its tests can be chosen by their titles. */
  readonly takesMatch?: true;
  run(options: SuiteOptions): Promise<SuiteResult>;
}

export function addResults(results: readonly SuiteResult[]): SuiteResult {
  return { tests: results.flatMap(({ tests }) => tests) };
}

export function failuresOf({ tests }: SuiteResult): TestResult[] {
  return tests.filter(({ outcome }) => outcome === 'failed' || outcome === 'error');
}

export function skipsOf({ tests }: SuiteResult): TestResult[] {
  return tests.filter(({ outcome }) => outcome === 'skipped');
}

/** What is said of tests with such a title; * stands for any text, and case does not matter, as for AVA. */
export function onlyMatching({ tests, ...rest }: SuiteResult, match: string | undefined): SuiteResult {
  if (match === undefined) return { tests, ...rest };
  const pattern = match.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&').replaceAll('*', '.*');
  const wanted = new RegExp(`^${pattern}$`, 'is');
  return { tests: tests.filter(({ title, outcome }) => outcome === 'error' || wanted.test(title)), ...rest };
}

export function showFailures(result: SuiteResult): void {
  for (const { title, detail = '' } of failuresOf(result)) {
    console.log(`FAILED  ${title}`);
    if (detail !== '') console.log(detail.replace(/^/gm, '        '));
  }
}

/** The line that a test run ends with. */
export function formatTotals(result: SuiteResult): string {
  const [failed, skipped] = [failuresOf(result).length, skipsOf(result).length];
  return `${result.tests.length - failed - skipped} passed, ${failed} failed, ${skipped} skipped`;
}
