import { max, median } from 'd3-array';
import type { OnProgress } from '../../host/progress.js';
import { runProgram } from '../../machine/run-program.js';
import { countingGuest } from '../counting.js';
import { mostSources } from './waiters.js';
import { waitsProgram, type Wait } from './waits-program.js';

const deadlineMs = 900_000;
const turns = 34;
const cases = [1, 8, mostSources].flatMap((sources) => [1, 30, 1000].map((idleMs) => ({ sources, idleMs })));

/** The contract: a source that waits has its turn within that, without anybody calling anything. */
export const limitMs = 16;

/** Boots a kernel on a processor whose clock is its instructions: nothing else holds anybody up there. */
export function measureWaits(image: string, onProgress: OnProgress): Promise<readonly Wait[]> {
  onProgress({ kind: 'phase', phase: 'booting a processor that counts' });
  return runProgram(
    countingGuest({ image, deadlineMs }),
    waitsProgram,
    { cases, turns },
    {
      onEvent: ({ sources, idleMs }) =>
        onProgress({ kind: 'phase', phase: `measured: ${sources} sources, no room for ${idleMs} ms` }),
    },
  );
}

export const longestMs = (waits: readonly Wait[]): number => max(waits.flatMap(({ waitedMs }) => waitedMs)) ?? 0;

/** A row for each: sources, for how long there was no room, and for how long they waited then. */
export function waitRows(waits: readonly Wait[]): string[][] {
  return waits.map((wait) => [
    String(wait.sources),
    String(wait.idleMs),
    (median(wait.waitedMs) ?? 0).toFixed(1),
    longestMs([wait]).toFixed(1),
  ]);
}
