import { withMutantFuzz } from '../../native/fuzz.js';
import { runFuzz, type FuzzResult } from './run-fuzz.js';

/** Faults that the fuzzer is to find from nothing, each with the seconds it gets; a few of those of kernel/mutants. */
export const quickMutants = ['accept-any-index'] as const;
export const fuzzMutants = [...quickMutants] as const;

const seconds = 60;

/** Fuzzes the series with a fault in it. Its input is of no use afterwards. */
export function fuzzMutant(name: string): Promise<FuzzResult> {
  return withMutantFuzz(name, async ({ fuzz }) => runFuzz({ program: fuzz, seconds, seed: 1 }));
}
