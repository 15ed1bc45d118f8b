import { startClock } from '../host/duration.js';
import type { SuiteResult, TestResult } from './suite.js';

/** What `cargo test` prints of its tests, line by line. */
export interface LibtestWatch {
  readonly onLine: (line: string) => void;
  /** The results so far, in order; what a failed test said comes from all that was printed. */
  readonly read: (stdout: string, stderr: string, exitCode: number) => SuiteResult;
}

const testLine = /^test (.+?)(?: - should panic)? \.\.\. (ok|FAILED|ignored)(?:, (.*))?$/;
const planLine = /^running (\d+) tests?$/;

/**
 * Counts and times tests as they end. A program that ran fewer than it planned, or that failed without a test that
 * did, is an error besides: tests that never ran must not look like none failed.
 */
export function watchLibtest(onTest: (done: number) => void): LibtestWatch {
  const tests: TestResult[] = [];
  let planned = 0;
  let elapsed = startClock();
  const onLine = (line: string): void => {
    planned += Number(planLine.exec(line)?.[1] ?? 0);
    const [, name, outcome, reason] = testLine.exec(line) ?? [];
    if (name === undefined) return;
    tests.push({ title: titleOf(name), ...resultOf(outcome, reason), seconds: elapsed() });
    elapsed = startClock();
    onTest(tests.length);
  };
  const read = (stdout: string, stderr: string, exitCode: number): SuiteResult => {
    const explained = tests.map((test) =>
      test.outcome === 'failed' ? { ...test, detail: outputOf(test.title, stdout) } : test,
    );
    const problem = problemOf(planned, tests, exitCode);
    if (problem === undefined) return { tests: explained };
    const detail = [problem, ...lastLines(stderr)].join('\n');
    return { tests: [...explained, { title: 'the tests in Rust run', outcome: 'error', detail }] };
  };
  return { onLine, read };
}

/** Names of functions are sentences. */
function titleOf(name: string): string {
  return name.replaceAll('_', ' ');
}

function resultOf(outcome = '', reason?: string): Pick<TestResult, 'outcome' | 'detail'> {
  if (outcome === 'ignored') return { outcome: 'skipped', detail: reason ?? 'it is ignored' };
  return { outcome: outcome === 'ok' ? 'passed' : 'failed' };
}

function problemOf(planned: number, tests: readonly TestResult[], exitCode: number): string | undefined {
  if (planned !== tests.length) return `${planned} tests were planned and ${tests.length} ran`;
  if (exitCode === 0) return planned === 0 ? 'there were no tests' : undefined;
  return tests.some(({ outcome }) => outcome === 'failed') ? undefined : `cargo exited with ${exitCode}`;
}

/** From its heading to the next one, or to the list of all that failed. */
function outputOf(title: string, stdout: string): string {
  const lines = stdout.split('\n');
  const start = lines.findIndex((line) => /^---- .* stdout ----$/.test(line) && titleOf(line).includes(` ${title} `));
  if (start < 0) return '';
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^---- .* stdout ----$/.test(line) || line === 'failures:');
  return rest
    .slice(0, end < 0 ? undefined : end)
    .join('\n')
    .trim();
}

function lastLines(text: string): readonly string[] {
  return text.trimEnd().split('\n').slice(-15);
}
