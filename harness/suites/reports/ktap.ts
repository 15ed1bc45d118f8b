import type { SuiteRun } from '../run-suites.js';
import { failuresOf, skipsOf, type TestResult } from '../suite.js';

/** The results in the format of Documentation/dev-tools/ktap.rst, a nested list for each suite. */
export function formatKtap(runs: readonly SuiteRun[]): string {
  const suites = runs.flatMap((run, index) => {
    const { name, tests } = run;
    const nested = ['KTAP version 1', `# Subtest: ${name}`, `1..${tests.length}`, ...tests.flatMap(resultLines)];
    const ok = failuresOf(run).length === 0;
    const skipped = tests.length > 0 && skipsOf(run).length === tests.length;
    return [...nested.map((line) => `  ${line}`), resultLine(ok, index, name, skipped ? 'SKIP' : '')];
  });
  return `${['KTAP version 1', `1..${runs.length}`, ...suites].join('\n')}\n`;
}

/** What a reader needs to see comes before the result, as diagnostic lines. */
function resultLines({ title, outcome, detail = '', seconds }: TestResult, index: number): string[] {
  const ok = outcome === 'passed' || outcome === 'skipped';
  const [firstLine = ''] = detail.split('\n');
  const data = { passed: '', failed: '', skipped: `SKIP ${firstLine}`, error: `ERROR ${firstLine}` }[outcome];
  const took = seconds === undefined ? [] : [`# took ${seconds.toFixed(3)} s`];
  const diagnostics = ok || detail === '' ? [] : detail.split('\n').map((line) => `# ${line}`);
  // A description may have any character but this one, which begins a directive.
  const description = title.replaceAll('#', '').replaceAll(/\s+/g, ' ').trim();
  return [...diagnostics, ...took, resultLine(ok, index, description, data.trimEnd())];
}

function resultLine(ok: boolean, index: number, description: string, data: string): string {
  return `${ok ? 'ok' : 'not ok'} ${index + 1} ${description}${data === '' ? '' : ` # ${data}`}`;
}
