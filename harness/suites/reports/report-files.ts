import { closeSync, openSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SuiteRun } from '../run-suites.js';
import { formatJunit } from './junit.js';
import { formatKtap } from './ktap.js';

export interface ReportFiles {
  readonly junit?: string;
  readonly ktap?: string;
}

/** Why no report can be written to a path, with what to do; undefined if one can. */
export function cannotWrite(path: string): string | undefined {
  try {
    closeSync(openSync(path, 'a'));
    return undefined;
  } catch (error) {
    const { code = 'EIO' } = error as NodeJS.ErrnoException;
    const create = `create the directory ${dirname(path)} first`;
    const advice = code === 'ENOENT' ? create : 'name a file that can be written';
    return `${path} cannot be written (${code}): ${advice}`;
  }
}

/** Leaves nothing of an earlier run to be taken for this one. */
export function beginReports({ junit, ktap }: ReportFiles): void {
  for (const path of [junit, ktap]) if (path !== undefined) writeFileSync(path, '');
}

export function writeReports({ junit, ktap }: ReportFiles, runs: readonly SuiteRun[]): void {
  if (junit !== undefined) writeFileSync(junit, formatJunit(runs));
  if (ktap !== undefined) writeFileSync(ktap, formatKtap(runs));
}
