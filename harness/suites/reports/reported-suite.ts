import type { SuiteResult } from '../suite.js';

/** A suite as a report has it that was written elsewhere. */
export interface ReportedSuite extends SuiteResult {
  readonly name: string;
}

/** What stands for a report, or the rest of one, that cannot be read. */
export function brokenReport(name: string, why: string): ReportedSuite {
  return { name, tests: [{ title: `the report ${name} is whole`, outcome: 'error', detail: why }] };
}
