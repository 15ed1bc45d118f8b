import type { Flavour } from '../kernel/flavour.js';

/** One test that did not pass, with what a reader needs to see. */
export interface TestFailure {
  readonly title: string;
  readonly detail: string;
}

export interface SuiteResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly TestFailure[];
  /** One line a skipped test: which, and the probed reason. */
  readonly skips?: readonly string[];
}

/** Which kernel the suites in guests boot. */
export interface SuiteOptions {
  readonly flavour: Flavour;
  /** Boot this one instead of building one. */
  readonly image?: string;
}

/** A part of what `npm test` runs. */
export interface Suite {
  readonly name: string;
  /** Left out when everything is run. */
  readonly onlyByName?: boolean;
  readonly bootsGuests?: false;
  run(options: SuiteOptions): Promise<SuiteResult>;
}

export function addResults(results: readonly SuiteResult[]): SuiteResult {
  const sum = (pick: (result: SuiteResult) => number): number => results.reduce((total, result) => total + pick(result), 0);
  return {
    passed: sum((result) => result.passed),
    failed: sum((result) => result.failed),
    skipped: sum((result) => result.skipped),
    failures: results.flatMap((result) => result.failures),
    skips: results.flatMap((result) => result.skips ?? []),
  };
}

export function showFailures({ failures }: SuiteResult): void {
  for (const { title, detail } of failures) {
    console.log(`FAILED  ${title}`);
    if (detail !== '') console.log(detail.replace(/^/gm, '        '));
  }
}

/** The line a test run ends with. */
export function formatTotals({ passed, failed, skipped }: SuiteResult): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
