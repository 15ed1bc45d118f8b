import { buildRings, runHeldRing, type HeldRun, type HeldSample } from '../native/rings.js';
import { measureInTurn, type InTurnOptions } from './in-turn.js';
import { figureOf } from './report/figure.js';
import type { Figure } from './report/schema.js';

/** So long as a processor is given to others at a time, and often enough to be seen in a short run. */
const [holdUs, everyUs] = [1000, 5000];
const milliseconds = 100;

/** What a producer that is away between reserving and publishing, or with the lock, costs the other threads. */
export interface HeldMeasurement extends Omit<HeldRun, 'everyUs'> {
  /** Of what they move when nobody is held. */
  readonly othersShare: Figure;
  readonly longestWaitUs: Figure;
  readonly longestWaitUnheldUs: Figure;
}

interface Pair {
  readonly unheld: HeldSample;
  readonly held: HeldSample;
}

type Case = Omit<HeldRun, 'everyUs'>;

export const heldCases: readonly Case[] = [2, 4].flatMap((threads) =>
  [1, 8, 32].flatMap((batch) => ['flash', 'locked'].map((ring) => ({ ring, batch, threads, holdUs }))),
);

/** Each case right after the same without. */
export async function measureHeld(inTurn: InTurnOptions): Promise<HeldMeasurement[]> {
  const program = (await buildRings()).rings as string;
  const samples = await measureInTurn(
    heldCases,
    inTurn,
    async (each): Promise<Pair> => ({
      unheld: await runHeldRing(program, { ...each, holdUs: 0, everyUs }, milliseconds),
      held: await runHeldRing(program, { ...each, everyUs }, milliseconds),
    }),
  );
  return [...samples].map(([options, taken]) => summarizeHeld(options, taken));
}

export function summarizeHeld(options: Case, pairs: readonly Pair[]): HeldMeasurement {
  return {
    ...options,
    othersShare: figureOf(pairs.map(({ unheld, held }) => held.othersPerSecond / unheld.othersPerSecond)),
    longestWaitUs: figureOf(pairs.map(({ held }) => held.longestWaitUs)),
    longestWaitUnheldUs: figureOf(pairs.map(({ unheld }) => unheld.longestWaitUs)),
  };
}
