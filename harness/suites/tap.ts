import { Parser } from 'tap-parser';
import { startClock } from '../host/duration.js';
import type { OnProgress } from '../host/progress.js';
import type { SuiteResult, TestResult } from './suite.js';

/**
 * The tests of a TAP stream. A stream without a plan, one that stops early and one that bails out
 * have an error besides: tests that never ran must not look like none failed.
 *
 * @param seconds what each result took, as `watchResults` measured it.
 */
export async function readTap(text: string, exitCode: number, seconds: readonly number[] = []): Promise<SuiteResult> {
  const tests: TestResult[] = [];
  const parser = new Parser();
  let comments = '';
  parser.on('comment', (comment) => (comments += comment));
  parser.on('assert', ({ ok, name, skip, todo, diag }) => {
    const test = { title: name, seconds: seconds[tests.length] };
    if (skip !== false || todo !== false) {
      tests.push({ ...test, outcome: 'skipped', ...(typeof skip === 'string' && { detail: skip }) });
    } else if (ok) {
      tests.push({ ...test, outcome: 'passed' });
    } else {
      tests.push({ ...test, outcome: 'failed', detail: formatDiagnostic(diag) || comments.trimEnd() });
    }
    comments = '';
  });
  const final = await new Promise<{
    ok: boolean;
    plan: { start: number | null; end: number | null };
    count: number;
    bailout: boolean | string;
  }>((resolve) => {
    parser.on('complete', resolve);
    parser.end(text);
  });
  const problem = describeProblem(
    final,
    exitCode,
    tests.some(({ outcome }) => outcome === 'failed'),
  );
  if (problem !== undefined) {
    tests.push({ title: 'the test run itself', outcome: 'error', detail: `${problem}\n${lastOutput(text)}` });
  }
  return { tests };
}

/** What there is to say of a stream of no tests. */
export const noTests = 'it ran no tests: none has such a title';

export interface ResultWatch {
  readonly onLine: (line: string) => void;
  /** From each result to the next, the first from when the watch began. */
  readonly seconds: readonly number[];
}

/** Counts and times the tests of a stream as its lines come; not those within others. */
export function watchResults(phase: string, onProgress: OnProgress): ResultWatch {
  onProgress({ kind: 'phase', phase, unit: 'tests' });
  const seconds: number[] = [];
  let elapsed = startClock();
  const onLine = (line: string): void => {
    if (!/^(?:not )?ok \d/.test(line)) return;
    seconds.push(elapsed());
    elapsed = startClock();
    onProgress({ kind: 'step', done: seconds.length, total: undefined });
  };
  return { onLine, seconds };
}

function describeProblem(
  final: { plan: { start: number | null; end: number | null }; count: number; bailout: boolean | string },
  exitCode: number,
  someFailed: boolean,
): string | undefined {
  if (final.bailout !== false) return `it bailed out: ${String(final.bailout)}`;
  if (final.plan.end === 0 && exitCode !== 0) return noTests;
  if (final.plan.end === null) return 'it printed no plan: it ended early';
  if (final.plan.end !== final.count) return `it planned ${final.plan.end} tests and ran ${final.count}`;
  if (exitCode !== 0 && !someFailed) return `it exited with ${exitCode} although no test failed`;
  return undefined;
}

function lastOutput(text: string): string {
  return text.trimEnd().split('\n').slice(-10).join('\n');
}

function formatDiagnostic(diag: unknown): string {
  if (diag === null || diag === undefined) return '';
  if (typeof diag !== 'object') return String(diag);
  // CI systems show the first line: what AVA says of an assertion comes before its name.
  const { message, ...rest } = diag as Readonly<Record<string, unknown>>;
  return Object.entries(message === undefined ? rest : { message, ...rest })
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value, null, 2)}`)
    .join('\n');
}
