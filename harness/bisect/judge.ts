import { FlashError, type FailureKind } from '../errors.js';
import { findKill } from '../mutants/kill.js';
import type { SuiteResult } from '../suites/suite.js';
import { noTests } from '../suites/tap.js';
import type { Verdict } from './bisect.js';
import type { Candidate } from './history.js';

/** Where candidates are tried. A guest here boots an image; a lab installs a package and boots that. */
export interface Testbed<Kernel> {
  /** Makes what is tested. A FlashError that says so in its kind means that this candidate cannot be. */
  build(candidate: Candidate): Promise<Kernel>;
  /** Runs the tests once. */
  test(kernel: Kernel): Promise<SuiteResult>;
}

/** Says something about the candidate, and nothing about the machine it was to be built on. */
const notTestable: readonly FailureKind[] = ['seriesDoesNotApply', 'buildFailed', 'configNotApplied', 'badSource'];

/** Builds a candidate and runs the tests on it, at most so many times: one failure is enough. */
export async function judge<Kernel>(
  candidate: Candidate,
  { build, test }: Testbed<Kernel>,
  { name, runs }: { readonly name: string; readonly runs: number },
): Promise<Verdict> {
  let kernel: Kernel;
  try {
    kernel = await build(candidate);
  } catch (error) {
    if (error instanceof FlashError && notTestable.includes(error.kind)) {
      return { kind: 'skipped', reason: error.message };
    }
    throw error;
  }
  for (let run = 1; run <= runs; run += 1) {
    const kill = await findKill(name, async () => requireRun(name, await test(kernel)));
    if (kill !== undefined) return { kind: 'bad', by: kill.by, run };
  }
  return { kind: 'good' };
}

/** Tests that all were skipped, or of which there are none, say nothing about a candidate. */
function requireRun(name: string, result: SuiteResult): SuiteResult {
  if (result.tests.some(({ outcome, detail }) => outcome !== 'skipped' && detail?.startsWith(noTests) !== true)) {
    return result;
  }
  const reason = result.tests[0]?.detail?.split('\n')[0];
  throw new FlashError('usage', `${name} ran no test${reason === undefined ? '' : `: ${reason}`}`, {
    advice: 'look at the title: `npm test -- SUITE` shows those there are',
  });
}
