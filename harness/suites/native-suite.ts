import { buildRedirect } from '../native/redirect.js';
import { buildRings } from '../native/rings.js';
import { attempt } from '../process/run.js';
import type { Suite, SuiteResult, TestFailure } from './suite.js';

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
  const failures: TestFailure[] = [];
  let passed = 0;
  for (const program of programs) {
    const { exitCode, stdout, stderr } = await attempt(program, ['--check'], { timeoutMs: deadlineMs });
    const lines = stdout.split('\n').filter((line) => line !== '').length;
    passed += lines;
    if (exitCode === 0 && lines > 0) continue;
    failures.push({ title: `${program} --check`, detail: `${stdout}${stderr}exit code ${exitCode}` });
  }
  return { passed, failed: failures.length, skipped: 0, failures };
}
