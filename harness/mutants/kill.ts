import { describeFailure, FlashError } from '../errors.js';
import { GuestTimeout } from '../guest/guest-timeout.js';
import { throwIfInterrupted } from '../process/interrupt.js';
import { testHung } from '../suites/ava.js';
import type { SuiteResult } from '../suites/suite.js';

/** How a suite noticed that something is broken. */
export interface Kill {
  /** The test that failed first, or how the kernel gave itself away. */
  readonly by: string;
  /** Nothing failed, but time ran out: it hangs, or the machine was busy with something else. */
  readonly timedOut: boolean;
}

/** Runs a suite until something fails; undefined if nothing does. */
export async function findKill(suite: 'KUnit' | 'guest', run: () => Promise<SuiteResult>): Promise<Kill | undefined> {
  try {
    const [failure] = (await run()).failures;
    if (failure === undefined) return undefined;
    if (failure.detail.includes(testHung)) return { by: `${suite}: ${testHung}`, timedOut: true };
    return { by: `${suite}: ${failure.title}`, timedOut: false };
  } catch (error) {
    throwIfInterrupted();
    if (error instanceof GuestTimeout) return { by: describeTimeout(suite, error), timedOut: true };
    if (error instanceof FlashError && ['kernelSplat', 'guest'].includes(error.kind)) return { by: `${suite}: ${describeFailure(error).split('\n')[0] ?? ''}`, timedOut: false };
    throw error;
  }
}

function describeTimeout(suite: 'KUnit' | 'guest', { phase, limitMs }: GuestTimeout): string {
  // The KUnit suites are part of the boot.
  const boots = phase === 'boot' && suite === 'guest';
  return `${suite} did not ${boots ? 'boot' : phase === 'power-off' ? 'power off' : 'end'} in ${limitMs / 1000} s`;
}
