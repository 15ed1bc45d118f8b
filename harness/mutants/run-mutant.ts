import { runGuestTests } from '../suites/guest-suite.js';
import { runKunitTests } from '../suites/kunit-suite.js';
import type { SuiteResult } from '../suites/suite.js';
import { describeFailure, FlashError } from '../errors.js';
import { throwIfInterrupted } from '../process/interrupt.js';
import { buildImage } from '../kernel/build-image.js';
import { startClock } from '../host/duration.js';
import type { Mutant } from './mutants.js';

export interface Verdict {
  readonly mutant: Mutant;
  /** The test that failed first, or how the kernel gave itself away; undefined if nothing did. */
  readonly killedBy: string | undefined;
  readonly seconds: number;
}

/** Builds a kernel with the mutant and runs the suites on it until one test fails. */
export async function runMutant(mutant: Mutant): Promise<Verdict> {
  const elapsed = startClock();
  // One that does not build or apply says nothing about the tests: that is an error, not a kill.
  const image = await buildImage({ extraPatches: [mutant] });
  const killedBy = (await firstFailure('KUnit', () => runKunitTests(image))) ?? (await firstFailure('guest', () => runGuestTests(image, { failFast: true })));
  return { mutant, killedBy, seconds: elapsed() };
}

async function firstFailure(suite: string, run: () => Promise<SuiteResult>): Promise<string | undefined> {
  try {
    const [failure] = (await run()).failures;
    return failure === undefined ? undefined : `${suite}: ${failure.title}`;
  } catch (error) {
    throwIfInterrupted();
    if (error instanceof FlashError && ['kernelSplat', 'guest'].includes(error.kind)) return `${suite}: ${describeFailure(error).split('\n')[0] ?? ''}`;
    throw error;
  }
}
