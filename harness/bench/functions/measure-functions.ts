import type { OnProgress } from '../../host/progress.js';
import { runProgram } from '../../machine/run-program.js';
import { best, countingGuest } from '../counting.js';
import { forwarders, functionCostsProgram, type Forwarder, type FunctionCost } from './function-costs-program.js';

const deadlineMs = 1_800_000;
const batches = [1, 8, 64];

const titles: Readonly<Record<Forwarder, string>> = {
  demo: "the demo's function",
  c: 'l2fwd in C',
  rust: 'l2fwd in Rust',
  typescript: 'l2fwd in TypeScript',
};

/** Boots a kernel on a processor that counts its instructions, and has functions forward packets there. */
export function measureFunctions(image: string, onProgress: OnProgress): Promise<readonly FunctionCost[]> {
  onProgress({ kind: 'phase', phase: 'booting a processor that counts' });
  return runProgram(
    countingGuest({ image, deadlineMs }),
    functionCostsProgram,
    { batches },
    {
      onEvent: ({ forwarder, batch }) =>
        onProgress({ kind: 'phase', phase: `measured: ${titles[forwarder]}, batch ${batch}` }),
    },
  );
}

export const functionHead: readonly string[] = ['forwarded by', ...batches.map((batch) => `${batch} at once`)];

/** A row for each function: instructions of a packet, by how many are there at once. */
export function functionRows(costs: readonly FunctionCost[]): string[][] {
  return forwarders.map((forwarder) => [
    titles[forwarder],
    ...batches.map((batch) => {
      const cost = costs.find((each) => each.forwarder === forwarder && each.batch === batch);
      return cost === undefined ? '-' : best(cost).toFixed(0);
    }),
  ]);
}
