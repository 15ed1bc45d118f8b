import type { Patch } from '../series/series.js';

/** What is looked at, in this order. */
export const columns = [
  'applies',
  'lines',
  'checkpatch',
  'kernel-doc',
  'FLASH=y',
  'sparse',
  'FLASH=n',
  'clang',
  'i386',
  'allmodconfig',
] as const;

export type Column = (typeof columns)[number];

/** What one patch got in one column. */
export interface Verdict {
  readonly ok: boolean;
  readonly problems: readonly string[];
}

export interface PatchVerdicts {
  readonly patch: Patch;
  /** Without those that an earlier failure kept from being looked at. */
  readonly verdicts: ReadonlyMap<Column, Verdict>;
}

export function verdict(problems: readonly string[]): Verdict {
  return { ok: problems.length === 0, problems };
}

export function isClean({ verdicts }: PatchVerdicts, wanted: readonly Column[]): boolean {
  return wanted.every((column) => verdicts.get(column)?.ok === true);
}
