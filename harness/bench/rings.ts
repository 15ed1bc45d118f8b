import { buildRings, runRing, type RingProgram, type RingRun, type RingSample } from '../native/rings.js';
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
 * 8 bytes at a time. DPDK's are compiled as DPDK's applications are, with vector registers;
 * `rte-mpmc-general` is the same with the compiler flags of the kernel.
 */
export const ringContenders: readonly Contender[] = [
  { name: 'flash', program: 'rings', ring: 'flash' },
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
}

export interface RingsOptions {
  readonly repetitions: number;
  /** How long each run is measured. */
  readonly milliseconds: number;
  readonly onProgress?: (done: number, total: number) => void;
}

type Case = RingRun & { readonly contender: Contender };

/** Measures all rings, the combinations in turn and then again, so that what else happens meets all of them. */
export async function measureRings({ repetitions, milliseconds, onProgress = () => undefined }: RingsOptions): Promise<RingMeasurement[]> {
  const programs = await buildRings();
  if (process.arch !== 'x64') return [];
  const cases = ringCases(ringContenders.filter(({ program }) => programs[program] !== undefined));
  const samples = new Map<Case, RingSample[]>(cases.map((each) => [each, []]));
  const total = repetitions * cases.length;
  for (let done = 0; done < total; done++) {
    const each = cases[done % cases.length] as Case;
    const { contender, ...options } = each;
    samples.get(each)?.push(await runRing(programs[contender.program] as string, { ...options, ring: contender.ring }, milliseconds));
    onProgress(done + 1, total);
  }
  return [...samples].map(([{ contender: _, ...options }, taken]) => summarizeRing(options, taken));
}

/** Those without a measurement, and why. */
export function ringsNotRun(measurements: readonly RingMeasurement[]): Report['notRun'] {
  if (measurements.length === 0) return [{ what: 'rings alone', reason: 'cycles are counted on x86-64 only' }];
  if (!measurements.some(({ ring }) => ring.startsWith('rte-'))) return [{ what: 'rte_ring', reason: 'DPDK is not installed: its package is libdpdk-dev' }];
  return [];
}

/** Those to be compared with each other follow each other. */
export function ringCases(contenders: readonly Contender[]): Case[] {
  return objects.flatMap((object) =>
    threadCounts.flatMap((threads) =>
      batches.flatMap((batch) =>
        contenders.filter(({ single = false }) => !single || threads === 1).map((contender) => ({ contender, ring: contender.name, object, batch, threads })),
      ),
    ),
  );
}

export function summarizeRing(options: RingRun, samples: readonly RingSample[]): RingMeasurement {
  return { ...options, cyclesPerObject: figureOf(samples.map(({ cyclesPerObject }) => cyclesPerObject)), nsPerObject: figureOf(samples.map(({ nsPerObject }) => nsPerObject)) };
}
