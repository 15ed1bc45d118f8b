import { buildRings, runRing, type RingProgram, type RingRun, type RingSample } from '../native/rings.js';
import { measureInTurn, type InTurnOptions } from './in-turn.js';
import { figureOf } from './report/figure.js';
import type { Figure, Report } from './report/schema.js';

/** A ring as the report names it. */
interface Contender {
  readonly name: string;
  readonly program: RingProgram;
  /** As its program calls it. */
  readonly ring: string;
  readonly single?: boolean;
}

/**
 * The rings of the series are compiled as the kernel is, with general registers only, so they copy
 * 8 bytes at a time, and so does `locked`: the plain ring of the base kernel with a queued spinlock,
 * as the kernel's, on each side. DPDK's are compiled as DPDK's applications are, with vector registers;
 * `rte-mpmc-general` is the same with the compiler flags of the kernel.
 */
export const ringContenders: readonly Contender[] = [
  { name: 'flash', program: 'rings', ring: 'flash' },
  { name: 'locked', program: 'rings', ring: 'locked' },
  { name: 'plain', program: 'rings', ring: 'plain', single: true },
  { name: 'rte-mpmc', program: 'rings-dpdk', ring: 'rte-mpmc' },
  { name: 'rte-mpmc-general', program: 'rings-dpdk-general', ring: 'rte-mpmc' },
  { name: 'rte-hts', program: 'rings-dpdk', ring: 'rte-hts' },
  { name: 'rte-rts', program: 'rings-dpdk', ring: 'rte-rts' },
  { name: 'rte-spsc', program: 'rings-dpdk', ring: 'rte-spsc', single: true },
];

const objects = ['descriptor', 'address'] as const;
const batches = [1, 8, 32, 64] as const;
const threadCounts = [1, 2, 3, 4] as const;

/** What the repetitions of one combination gave. */
export interface RingMeasurement extends RingRun {
  readonly cyclesPerObject: Figure;
  readonly nsPerObject: Figure;
  readonly share: Figure;
}

export interface RingsOptions extends InTurnOptions {
  /** How long each run is measured. */
  readonly milliseconds: number;
}

/** With less of their processors, other programs had a part in what was measured; more threads than those never have all. */
const cleanShare = { each: 0.95, shared: 0.75 } as const;

type Case = RingRun & { readonly contender: Contender };

export async function measureRings({ milliseconds, ...inTurn }: RingsOptions): Promise<RingMeasurement[]> {
  const programs = await buildRings();
  if (process.arch !== 'x64') return [];
  const cases = ringCases(ringContenders.filter(({ program }) => programs[program] !== undefined));
  const samples = await measureInTurn(cases, inTurn, ({ contender: { program, ring }, ...options }) =>
    runRing(programs[program] as string, { ...options, ring }, milliseconds),
  );
  return [...samples].map(([{ contender: _, ...options }, taken]) => summarizeRing(options, taken));
}

/** Those without a measurement, and why. */
export function ringsNotRun(measurements: readonly RingMeasurement[]): Report['notRun'] {
  if (measurements.length === 0) return [{ what: 'rings alone', reason: 'cycles are counted on x86-64 only' }];
  if (!measurements.some(({ ring }) => ring.startsWith('rte-')))
    return [{ what: 'rte_ring', reason: 'DPDK is not installed: its package is libdpdk-dev' }];
  return [];
}

/** Those to be compared with each other follow each other. */
export function ringCases(contenders: readonly Contender[]): Case[] {
  return objects.flatMap((object) =>
    threadCounts.flatMap((threads) =>
      batches.flatMap((batch) =>
        contenders
          .filter(({ single = false }) => !single || threads === 1)
          .map((contender) => ({ contender, ring: contender.name, object, batch, threads })),
      ),
    ),
  );
}

/** Runs in which other programs took the processors count only where there are no others. */
export function summarizeRing(options: RingRun, samples: readonly RingSample[]): RingMeasurement {
  const isClean = ({ share, threads, cpus }: RingSample): boolean =>
    share >= cleanShare[threads > cpus ? 'shared' : 'each'];
  const some = samples.some(isClean);
  const figure = (value: (sample: RingSample) => number | null): Figure =>
    figureOf(samples.map((sample) => (some && !isClean(sample) ? null : value(sample))));
  return {
    ...options,
    cyclesPerObject: figure(({ cyclesPerObject }) => cyclesPerObject),
    nsPerObject: figure(({ nsPerObject }) => nsPerObject),
    share: figure(({ share }) => share),
  };
}
