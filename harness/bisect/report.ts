import { formatSeconds } from '../host/duration.js';
import { formatTable } from '../host/table.js';
import type { Found, Trial, Verdict } from './bisect.js';
import type { Candidate, History } from './history.js';

/** What was tried, in the order of the history. */
export function trialTable({ unit }: Pick<History, 'unit'>, trials: readonly Trial[]): string {
  const rows = inOrder(trials).map(({ candidate, verdict, seconds }) => [
    String(candidate.position),
    candidate.name,
    verdict.kind,
    why(verdict),
    formatSeconds(seconds),
  ]);
  return formatTable(['', unit, 'verdict', 'why', 'took'], rows, [null, 44, null, 60, null]);
}

/** One line for a candidate that has been tried. */
export function trialLine({ candidate, verdict, seconds }: Trial): string {
  const reason = why(verdict);
  return `${verdict.kind.padEnd(7)}  ${candidate.name}${reason === '' ? '' : `: ${reason}`} (${formatSeconds(seconds)})`;
}

function why(verdict: Verdict): string {
  if (verdict.kind === 'good') return '';
  if (verdict.kind === 'skipped') return verdict.reason;
  return verdict.run === 1 ? verdict.by : `${verdict.by}, in run ${verdict.run}`;
}

/** The sentence that a bisection ends with. */
export function conclusion({ unit }: Pick<History, 'unit'>, [first, ...others]: Found): string {
  if (others.length === 0) return `the first bad ${unit} is ${describe(first)}`;
  const all = [first, ...others].map((candidate) => `\n  ${describe(candidate)}`);
  return `the first bad ${unit} is one of these; all but the last could not be tested:${all.join('')}`;
}

export function describe({ name, subject }: Candidate): string {
  return `${name}: ${subject}`;
}

export interface Asked {
  readonly history: Pick<History, 'unit' | 'good' | 'bad'>;
  /** The words that chose the tests. */
  readonly test: string;
  readonly runs: number;
}

/** For a program to read; without what was found if it came to no end. */
export function bisectionJson(
  { history, ...asked }: Asked,
  trials: readonly Trial[],
  found: Found | undefined,
): string {
  const report = {
    ...{ unit: history.unit, good: history.good.name, bad: history.bad.name, ...asked },
    trials: inOrder(trials).map(({ candidate, verdict, seconds }) => ({ ...shown(candidate), ...verdict, seconds })),
    suspects: found?.map(shown) ?? [],
    firstBad: found?.length === 1 ? shown(found[0]) : null,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function shown({ name, subject, position }: Candidate): object {
  return { name, subject, position };
}

function inOrder(trials: readonly Trial[]): readonly Trial[] {
  return [...trials].sort((a, b) => a.candidate.position - b.candidate.position);
}
