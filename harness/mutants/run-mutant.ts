import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { startClock } from '../host/duration.js';
import { buildImage } from '../kernel/build/image.js';
import { runGuestTests } from '../suites/guest-suite.js';
import { runHoldTests } from '../suites/hold-suite.js';
import { runKunitTests } from '../suites/kunit-suite.js';
import { runNicTests } from '../suites/nic-suite.js';
import type { SuiteResult } from '../suites/suite.js';
import { findKill, onlyOf, type Kill } from './kill.js';
import type { Mutant } from './mutants.js';

export interface Verdict {
  readonly mutant: Mutant;
  /** The test that failed first, how the kernel gave itself away, or what did not end in time; undefined if nothing did. */
  readonly killedBy: string | undefined;
  /** It was killed for that alone: a hang, or a machine that was too busy. */
  readonly timedOut: boolean;
  readonly seconds: number;
}

/** Runs the suites on a kernel with the mutant until one test fails. */
export async function runMutant(mutant: Mutant, image: string, kunitDeadlineMs: number): Promise<Verdict> {
  const elapsed = startClock();
  const kill = await killWith(mutant, image, kunitDeadlineMs);
  return { mutant, killedBy: kill?.by, timedOut: kill?.timedOut ?? false, seconds: elapsed() };
}

/**
 * Builds a kernel with the mutant, whose image is a file of its own in a folder: the next is built while this one
 * is tried. One that does not build or apply says nothing about the tests: that is an error, not a kill.
 */
export async function buildMutant(mutant: Mutant, folder: string): Promise<string> {
  const built = await buildImage({
    extraPatches: [mutant],
    config: mutant.takesHolds ? 'hold' : 'lean',
    onProgress: () => undefined,
  });
  const image = join(folder, `${mutant.name.replaceAll('/', '-')}.bzImage`);
  copyFileSync(built, image);
  return image;
}

/** A kernel that hangs with interrupts off does not say so. */
const namedDeadlineMs = 600_000;

/** The test that the mutant names is tried first: all of them take minutes. */
async function killWith(mutant: Mutant, image: string, kunitDeadlineMs: number): Promise<Kill | undefined> {
  const { nic, takesHolds, noticedBy } = mutant;
  const suite = nic ?? (takesHolds ? 'hold' : 'guest');
  const runSuite = (match?: string): Promise<SuiteResult> => {
    const input = { failFast: true, match };
    if (nic !== undefined)
      // All tests of a NIC take many minutes; one that is named can be any of them.
      return runNicTests({
        model: nic,
        image,
        driverRedirects: true,
        ...(match === undefined ? { entry: 'driver-tests' } : { deadlineMs: namedDeadlineMs }),
        ...input,
      });
    return takesHolds ? runHoldTests(image, input) : runGuestTests(image, input);
  };
  const runNamed = async (title: string): Promise<SuiteResult> => onlyOf(title, await runSuite(`${title}*`));

  return (
    (noticedBy === undefined ? undefined : await findKill(suite, () => runNamed(noticedBy))) ??
    (suite === 'guest' ? await findKill('KUnit', () => runKunitTests(image, kunitDeadlineMs)) : undefined) ??
    findKill(suite, () => runSuite())
  );
}
