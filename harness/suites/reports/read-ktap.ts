import { parseKernelLine } from '../../machine/guest/splat.js';
import { walkKtap, type KtapOutcome } from '../../machine/guest/walk-ktap.js';
import type { TestResult } from '../suite.js';
import { brokenReport, type ReportedSuite } from './reported-suite.js';

/**
 * Reads KTAP, and TAP without YAML, as a file has it or a console with other lines in between. Each list at the
 * outermost level is a suite; tests that are in none belong to one with the name of the file.
 */
export function readKtapReport(text: string, name: string): readonly ReportedSuite[] {
  const suites: { name: string; tests: TestResult[] }[] = [];
  const loose: TestResult[] = [];
  let open: TestResult[] = [];
  const { lines, problems } = walkKtap(consoleLines(text), (outcome) => {
    const isOutermost = outcome.depth === 0;
    if (!outcome.isSuite) (isOutermost ? loose : open).push(readTest(outcome));
    else if (isOutermost) {
      suites.push({ name: outcome.description, tests: withSuiteResult(open, outcome) });
      open = [];
    } else if (!outcome.ok && !open.some(isFailure)) open.push(readTest(outcome));
  });
  if (lines.length === 0) return [brokenReport(name, 'it is neither JUnit XML nor has it KTAP')];
  // What a cut list had belongs to a suite whose result never came.
  if (open.length > 0 || loose.length > 0) suites.push({ name, tests: [...loose, ...open] });
  return problems.length === 0 ? suites : [...suites, brokenReport(name, problems.join('; '))];
}

/** A list that failed although none of its tests did is a failure: what ran them died. */
function withSuiteResult(tests: readonly TestResult[], outcome: KtapOutcome): TestResult[] {
  return outcome.ok || tests.some(isFailure) ? [...tests] : [...tests, readTest(outcome)];
}

function isFailure({ outcome }: TestResult): boolean {
  return outcome === 'failed' || outcome === 'error';
}

const took = /^took (\d+(?:\.\d+)?) s$/;

function readTest({ ok, within, description, directive, diagnostics }: KtapOutcome): TestResult {
  const seconds = diagnostics.map((line) => took.exec(line)?.[1]).find((found) => found !== undefined);
  const said = diagnostics.filter((line) => !took.test(line)).join('\n');
  const test = {
    // The outermost name is that of the suite.
    title: [...within.slice(1), description].join('.'),
    ...(seconds !== undefined && { seconds: Number(seconds) }),
  };
  if (directive?.word === 'SKIP') return { ...test, outcome: 'skipped', ...detail(directive.reason) };
  // A failure that is known and stands in a TODO is none.
  if (ok || directive?.word === 'TODO') return { ...test, outcome: ok ? 'passed' : 'skipped' };
  const outcome = directive?.word === 'ERROR' ? 'error' : 'failed';
  return { ...test, outcome, ...detail(said === '' ? (directive?.reason ?? '') : said) };
}

function detail(text: string): Pick<TestResult, 'detail'> {
  return text === '' ? {} : { detail: text };
}

/** Lines without what a serial line, a terminal, the log of a farm or the kernel puts around them. */
function* consoleLines(text: string): Generator<{ text: string; seconds: number }> {
  for (const line of text.split('\n')) {
    const plain = line
      .replaceAll(escapes, '')
      .replace(/^\r|\r+$/g, '')
      .replace(farmStamp, '');
    yield parseKernelLine(plain) ?? { text: plain, seconds: 0 };
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape is one
const escapes = /\u001b\[[\d;]*[A-Za-z]/g;

/** `2026-01-02T03:04:05 `, as `lavacli jobs logs` begins a line. */
const farmStamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)? /;
