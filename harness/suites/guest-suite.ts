import { requireFlash } from '../flash/registry.js';
import { withProgress } from '../host/progress.js';
import { buildImage } from '../kernel/build/image.js';
import { guest } from '../machine/guest.js';
import { guestsAtOnce } from '../machine/guest/at-once.js';
import { here } from '../machine/here.js';
import type { Machine } from '../machine/machine.js';
import { runProgram } from '../machine/run-program.js';
import { buildNative } from '../native/build-native.js';
import { buildRustExamples } from '../native/cargo.js';
import { testsProgram, type LineCounts, type TestsInput } from './tests-program.js';
import { readAva } from './ava.js';
import { noteEnded } from './ended-tests.js';
import { runAtOnce } from './run-at-once.js';
import type { Suite, SuiteResult } from './suite.js';
import { toItsEnd } from './to-its-end.js';
import { readTap, watchResults, type ResultWatch } from './tap.js';

/** However slow the machine is, a test ends now and then. */
export const testsTime = { quietMs: 600_000, deadlineMs: 3_600_000 } as const;

/** What takes longest comes first. */
const parts = ['core-tests', 'program-tests', 'monitor-tests', 'xdp-tests'] as const;

/** Runs the tests that need a FLASH kernel in a guest; a kernel warning fails tests that otherwise passed. */
export const guestSuite: Suite = {
  name: 'guest',
  takesMatch: true,
  async run({ image, config, match }) {
    await buildNative();
    await buildRustExamples();
    const bootImage = image ?? (await buildImage({ config }));
    const slow = config === 'debug';
    // Their programs keep two processors busy, so two guests at once take two processors as long as one after the other.
    if (match !== undefined || guestsAtOnce() <= 2) return runGuestTests(bootImage, { slow, match });
    return runAtOnce(
      parts.map((entry) => () => toItsEnd(`the ${entry} run`, () => runGuestTests(bootImage, { entry, slow }))),
    );
  },
};

export async function runGuestTests(image: string, input: TestsInput = {}, tell?: TellCounts): Promise<SuiteResult> {
  return runTests(`${input.entry ?? 'tests'} in the guest`, guest({ image, ...testsTime }), input, tell);
}

/** Takes what a kernel that counts lines has counted. */
export type TellCounts = (counts: LineCounts) => void;

/**
 * Runs tests of suites/guest on a machine and shows how many have ended. If the machine fails meanwhile, the error knows
 * them.
 */
export async function runTests(
  what: string,
  machine: Machine,
  input: TestsInput,
  tell?: TellCounts,
): Promise<SuiteResult> {
  const heard = { stdout: '', watch: undefined as ResultWatch | undefined };
  const running = withProgress((onProgress) =>
    runProgram(machine, testsProgram, input, {
      onStart() {
        Object.assign(heard, { stdout: '', watch: undefined });
        onProgress({ kind: 'phase', phase: `${what}: starting` });
      },
      onEvent({ line }) {
        heard.watch ??= watchResults(what, onProgress);
        heard.watch.onLine(line);
        heard.stdout += `${line}\n`;
      },
    }),
  );
  try {
    const { exitCode, stderr, counts } = await running;
    tell?.(counts);
    return await readAva({ stdout: heard.stdout, stderr, exitCode, seconds: heard.watch?.seconds });
  } catch (error) {
    if (heard.watch !== undefined) noteEnded(error, await readTap(heard.stdout, 0, heard.watch.seconds));
    throw error;
  }
}

/** Runs them on this machine. */
export const hereSuite: Suite = {
  name: 'here',
  onlyByName: true,
  bootsGuests: false,
  requireMachine: requireFlash,
  takesMatch: true,
  async run({ match }) {
    await buildNative();
    await buildRustExamples();
    return runTests('tests on this machine', here({ timeoutMs: testsTime.deadlineMs }), { match });
  },
};
