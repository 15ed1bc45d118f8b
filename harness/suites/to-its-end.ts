import { describeFailure } from '../errors.js';
import { throwIfInterrupted } from '../process/interrupt.js';
import { endedBefore } from './ended-tests.js';
import type { SuiteResult } from './suite.js';

/** Runs tests. If that does not come to its end, it is an error with such a title, besides the tests that had ended. */
export async function toItsEnd(title: string, run: () => Promise<SuiteResult>): Promise<SuiteResult> {
  try {
    return await run();
  } catch (error) {
    throwIfInterrupted();
    const tests = endedBefore(error);
    const after = tests.length === 0 ? '' : `\nafter the test "${tests.at(-1)?.title}" had ended`;
    return { tests: [...tests, { title, outcome: 'error', detail: `${describeFailure(error)}${after}` }] };
  }
}
