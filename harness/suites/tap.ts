import { Parser } from 'tap-parser';
import type { OnProgress } from '../host/progress.js';
import type { SuiteResult, TestFailure } from './suite.js';

/**
 * Counts the tests of a TAP stream. A stream without a plan, one that stops early and one that
 * bails out count as a failure of their own: tests that never ran must not look like none failed.
 */
export async function readTap(text: string, exitCode: number): Promise<SuiteResult> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const failures: TestFailure[] = [];
  const skips: string[] = [];
  const parser = new Parser();
  let comments = '';
  parser.on('comment', (comment) => (comments += comment));
  parser.on('assert', ({ ok, name, skip, todo, diag }) => {
    if (skip !== false || todo !== false) {
      counts.skipped += 1;
      skips.push(`${name}${typeof skip === 'string' ? `: ${skip}` : ''}`);
    } else if (ok) {
      counts.passed += 1;
    } else {
      counts.failed += 1;
      failures.push({ title: name, detail: formatDiagnostic(diag) || comments.trimEnd() });
    }
    comments = '';
  });
  const final = await new Promise<{ ok: boolean; plan: { start: number | null; end: number | null }; count: number; bailout: boolean | string }>((resolve) => {
    parser.on('complete', resolve);
    parser.end(text);
  });
  const problem = describeProblem(final, exitCode, counts.failed);
  if (problem !== undefined) {
    counts.failed += 1;
    failures.push({ title: 'the test run itself', detail: `${problem}\n${lastOutput(text)}` });
  }
  return { ...counts, failures, skips };
}

/** For the lines of a stream as they come: says how many tests have ended, not counting those within others. */
export function showResults(phase: string, onProgress: OnProgress): (line: string) => void {
  onProgress({ kind: 'phase', phase, unit: 'tests' });
  let done = 0;
  return (line) => {
    if (/^(?:not )?ok \d/.test(line)) onProgress({ kind: 'step', done: ++done, total: undefined });
  };
}

function describeProblem(
  final: { plan: { start: number | null; end: number | null }; count: number; bailout: boolean | string },
  exitCode: number,
  failed: number,
): string | undefined {
  if (final.bailout !== false) return `it bailed out: ${String(final.bailout)}`;
  if (final.plan.end === null) return 'it printed no plan: it ended early';
  if (final.plan.end !== final.count) return `it planned ${final.plan.end} tests and ran ${final.count}`;
  if (exitCode !== 0 && failed === 0) return `it exited with ${exitCode} although no test failed`;
  return undefined;
}

function lastOutput(text: string): string {
  return text.trimEnd().split('\n').slice(-10).join('\n');
}

function formatDiagnostic(diag: unknown): string {
  if (diag === null || diag === undefined) return '';
  if (typeof diag !== 'object') return String(diag);
  return Object.entries(diag)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value, null, 2)}`)
    .join('\n');
}
