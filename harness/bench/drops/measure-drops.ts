import type { OnProgress } from '../../host/progress.js';
import { runProgram } from '../../machine/run-program.js';
import { countCells, countingGuest } from '../counting.js';
import { dropCostsProgram, type DropCost } from './drop-costs-program.js';

const deadlineMs = 1_800_000;

/** Boots a kernel on a processor that counts its instructions, and has each of what can drop packets drop some there. */
export async function measureDrops(image: string, onProgress: OnProgress): Promise<readonly DropCost[]> {
  onProgress({ kind: 'phase', phase: 'booting a processor that counts' });
  return runProgram(
    countingGuest({ image, deadlineMs }),
    dropCostsProgram,
    {},
    { onEvent: ({ what }) => onProgress({ kind: 'phase', phase: `measured: ${what}` }) },
  );
}

/** A row for each: instructions of a packet, and packets a second. */
export function dropRows(costs: readonly DropCost[]): string[][] {
  return costs.map((cost) => [cost.what, ...countCells(cost)]);
}
