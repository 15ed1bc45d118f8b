import { startClock } from '../host/duration.js';
import { buildImage } from '../kernel/build-image.js';
import { runGuestTests } from '../suites/guest-suite.js';
import { runKunitTests } from '../suites/kunit-suite.js';
import { findKill } from './kill.js';
import type { Mutant } from './mutants.js';

export interface Verdict {
  readonly mutant: Mutant;
  /** The test that failed first, how the kernel gave itself away, or what did not end in time; undefined if nothing did. */
  readonly killedBy: string | undefined;
  /** It was killed for that alone: a hang, or a machine that was too busy. */
  readonly timedOut: boolean;
  readonly seconds: number;
}

/** Builds a kernel with the mutant and runs the suites on it until one test fails. */
export async function runMutant(mutant: Mutant, kunitDeadlineMs: number): Promise<Verdict> {
  const elapsed = startClock();
  // One that does not build or apply says nothing about the tests: that is an error, not a kill.
  const image = await buildImage({ extraPatches: [mutant] });
  const kill = (await findKill('KUnit', () => runKunitTests(image, kunitDeadlineMs))) ?? (await findKill('guest', () => runGuestTests(image, { failFast: true })));
  return { mutant, killedBy: kill?.by, timedOut: kill?.timedOut ?? false, seconds: elapsed() };
}
