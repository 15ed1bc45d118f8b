import { parseKernelLine } from './splat.js';
import { walkKtap, type KtapOutcome, type WalkedKtap } from './walk-ktap.js';

export interface KtapTest {
  /** As KUnit's filters name it: suite and test, and the row of a table. */
  readonly title: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** The reason of a skip, and what the report said up to a failure. */
  readonly detail?: string;
  /** From the line of the report before it, by the clock of the kernel. */
  readonly seconds: number;
}

export interface KtapResult extends WalkedKtap {
  /** Test cases, not suites. */
  readonly tests: readonly KtapTest[];
}

const detailLines = 12;

/** Reads the KTAP report that KUnit prints while the kernel boots. */
export function parseKtap(consoleText: string): KtapResult {
  const tests: KtapTest[] = [];
  const told = consoleText.split('\n').flatMap((line) => parseKernelLine(line) ?? []);
  const { lines, problems } = walkKtap(told, (outcome, upTo) => {
    if (!outcome.isSuite) tests.push(readTest(outcome, upTo));
  });
  return { tests, lines, problems };
}

function readTest({ ok, within, description, directive, seconds }: KtapOutcome, lines: readonly string[]): KtapTest {
  const test = { title: [...within, description].join('.'), seconds };
  if (!ok) return { ...test, outcome: 'failed', detail: lines.slice(-detailLines).join('\n') };
  return directive?.word === 'SKIP'
    ? { ...test, outcome: 'skipped', detail: directive.reason }
    : { ...test, outcome: 'passed' };
}
