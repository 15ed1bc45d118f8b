import { inParallel } from '../host/in-parallel.js';
import { guestsAtOnce } from '../machine/guest/at-once.js';
import { addResults, type SuiteResult } from './suite.js';

/** Runs tests that take a guest each, several at once, and gives the results in the order given. */
export async function runAtOnce(runs: readonly (() => Promise<SuiteResult>)[]): Promise<SuiteResult> {
  return addResults(await inParallel(runs, (run) => run(), guestsAtOnce()));
}
