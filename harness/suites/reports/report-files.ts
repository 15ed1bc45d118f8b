import { writeFileSync } from 'node:fs';
import type { SuiteRun } from '../run-suites.js';
import { formatJunit } from './junit.js';
import { formatKtap } from './ktap.js';

export interface ReportFiles {
  readonly junit?: string;
  readonly ktap?: string;
}

/** Leaves nothing of an earlier run to be taken for this one. */
export function beginReports({ junit, ktap }: ReportFiles): void {
  for (const path of [junit, ktap]) if (path !== undefined) writeFileSync(path, '');
}

export function writeReports({ junit, ktap }: ReportFiles, runs: readonly SuiteRun[]): void {
  if (junit !== undefined) writeFileSync(junit, formatJunit(runs));
  if (ktap !== undefined) writeFileSync(ktap, formatKtap(runs));
}
