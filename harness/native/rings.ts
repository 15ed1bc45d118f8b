import { FlashError } from '../errors.js';
import { attempt, run } from '../process/run.js';
import { buildFromSeries } from './from-series.js';

/** The programs of native/rings: one from the source of the series, the others from DPDK's. */
export const ringPrograms = ['rings', 'rings-dpdk', 'rings-dpdk-general'] as const;
export type RingProgram = (typeof ringPrograms)[number];

export interface RingRun {
  readonly ring: string;
  readonly object: 'descriptor' | 'address';
  readonly batch: number;
  readonly threads: number;
}

/** What one run gave: an object goes in and out. On other processors than x86 there are no cycles. */
export interface RingSample extends RingRun {
  /** How many processors the threads ran on; what an object costs is the time of all of them. */
  readonly cpus: number;
  readonly cyclesPerObject: number | null;
  readonly nsPerObject: number;
  readonly objects: number;
  readonly seconds: number;
}

/** Compiles them from the series as it is, and returns where; those of DPDK only if it is installed. */
export async function buildRings(): Promise<Partial<Record<RingProgram, string>>> {
  const hasDpdk = (await attempt('pkg-config', ['--exists', 'libdpdk'])).exitCode === 0;
  return buildFromSeries('rings', hasDpdk ? ringPrograms : ['rings']);
}

/** Runs one of them; it fails if an object got lost or came twice. */
export async function runRing(program: string, { ring, object, batch, threads }: RingRun, milliseconds: number): Promise<RingSample> {
  const args = ['--ring', ring, '--object', object, '--batch', String(batch), '--threads', String(threads), '--ms', String(milliseconds)];
  return parseRingSample(await run(program, args, { timeoutMs: 60_000 + 100 * milliseconds }));
}

export function parseRingSample(line: string): RingSample {
  const sample = JSON.parse(line) as RingSample;
  if (!(sample.nsPerObject > 0) || !(sample.objects > 0)) throw new FlashError('infrastructure', 'a run of rings gave no figures', { logTail: line });
  return sample;
}
