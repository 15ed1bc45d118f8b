import { describeFailure, FlashError } from '../errors.js';
import { GuestTimeout } from '../machine/guest/guest-timeout.js';
import { throwIfInterrupted } from '../process/interrupt.js';
import { testHung } from '../suites/ava.js';
import type { NicModel } from '../nics/model.js';
import { failuresOf, type SuiteResult } from '../suites/suite.js';
import { noTests } from '../suites/tap.js';

/** How a suite noticed that something is broken. */
export interface Kill {
  /** The test that failed first, or how the kernel gave itself away. */
  readonly by: string;
  /** Nothing failed, but time ran out: it hangs, or the machine was busy with something else. */
  readonly timedOut: boolean;
}

/** What runs on a kernel with a mutant: one of its suites, or the tests of a driver. */
export type KillingSuite = 'KUnit' | 'guest' | 'hold' | NicModel;

/** Runs a suite until something fails; undefined if nothing does. Throws if no test ran: that says nothing of the kernel. */
export async function findKill(suite: string, run: () => Promise<SuiteResult>): Promise<Kill | undefined> {
  try {
    const failures = failuresOf(await run());
    const [failure] = failures;
    if (failures.some(({ detail }) => detail?.startsWith(noTests)))
      throw new FlashError('infrastructure', `${suite}: no test ran, so nothing was noticed or missed`, {
        logTail: failure?.detail,
        advice: `see what \`npm test\` says of the series without a mutant`,
      });
    if (failure === undefined) return undefined;
    if (failure.detail?.includes(testHung)) return { by: `${suite}: ${testHung}`, timedOut: true };
    return { by: `${suite}: ${failure.title}`, timedOut: false };
  } catch (error) {
    throwIfInterrupted();
    if (error instanceof GuestTimeout) return { by: describeTimeout(suite, error), timedOut: true };
    if (error instanceof FlashError && ['kernelSplat', 'guest'].includes(error.kind))
      return { by: `${suite}: ${describeFailure(error).split('\n')[0] ?? ''}`, timedOut: false };
    throw error;
  }
}

/** What a run says of tests whose title begins so, and whether it hung: that no test has such a title is no kill. */
export function onlyOf(title: string, { tests }: SuiteResult): SuiteResult {
  return {
    tests: tests.filter((test) => test.title.startsWith(title) || test.detail?.includes(testHung)),
  };
}

function describeTimeout(suite: string, { phase, limitMs }: GuestTimeout): string {
  // The KUnit suites are part of the boot.
  const boots = phase === 'boot' && suite !== 'KUnit';
  return `${suite} did not ${boots ? 'boot' : phase === 'power-off' ? 'power off' : 'end'} in ${limitMs / 1000} s`;
}
