import { basename } from 'node:path';
import { buildRedirect } from '../native/redirect.js';
import { startClock } from '../host/duration.js';
import { buildRings } from '../native/rings.js';
import { attempt } from '../process/run.js';
import type { Suite, SuiteResult, TestResult } from './suite.js';

const deadlineMs = 120_000;

/** What bench measures in user space does what the kernel does: no frame or packet gets lost, comes twice or is another. */
export const nativeSuite: Suite = {
  name: 'native',
  bootsGuests: false,
  async run() {
    const programs = { ...(await buildRings()), redirect: await buildRedirect() };
    return checkPrograms(Object.values(programs));
  },
};

/** Each prints a line for each thing it has checked, and fails with the first that is wrong. */
export async function checkPrograms(programs: readonly string[]): Promise<SuiteResult> {
  const tests: TestResult[] = [];
  for (const program of programs) {
    let elapsed = startClock();
    const checked: TestResult[] = [];
    const onLine = (line: string): void => {
      if (line === '') return;
      checked.push({ title: `${basename(program)}: ${line}`, outcome: 'passed', seconds: elapsed() });
      elapsed = startClock();
    };
    const { exitCode, stdout, stderr } = await attempt(program, ['--check'], { timeoutMs: deadlineMs, onLine });
    tests.push(...checked);
    if (exitCode === 0 && checked.length > 0) continue;
    tests.push({ title: `${program} --check`, outcome: 'failed', detail: `${stdout}${stderr}exit code ${exitCode}` });
  }
  return { tests };
}
