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
  /** Of these processors, 0 to 1, that the threads had: other programs had the rest. */
  readonly share: number;
}

/** The first thread sleeps now and then with objects that it has written and not published, or with the lock. */
export interface HeldRun extends Pick<RingRun, 'ring' | 'batch' | 'threads'> {
  /** So long; 0 to have the same looked at without. */
  readonly holdUs: number;
  readonly everyUs: number;
}

export interface HeldSample {
  /** Objects that the other threads took. */
  readonly othersPerSecond: number;
  /** That one of them spent on 64 rounds. */
  readonly longestWaitUs: number;
}

/** Compiles them from the series as it is, and returns where; those of DPDK only if it is installed. */
export async function buildRings(): Promise<Partial<Record<RingProgram, string>>> {
  const hasDpdk = (await attempt('pkg-config', ['--exists', 'libdpdk'])).exitCode === 0;
  return buildFromSeries('rings', hasDpdk ? ringPrograms : ['rings']);
}

/** Runs one of them; it fails if an object got lost or came twice. */
export async function runRing(program: string, options: RingRun, milliseconds: number): Promise<RingSample> {
  return parseRingSample(await start(program, options, milliseconds));
}

export async function runHeldRing(
  program: string,
  { holdUs, everyUs, ...options }: HeldRun,
  milliseconds: number,
): Promise<HeldSample> {
  const hold = ['--hold-us', String(holdUs), '--every-us', String(everyUs)];
  const line = await start(program, { ...options, object: 'descriptor' }, milliseconds, hold);
  return JSON.parse(line) as HeldSample;
}

function start(program: string, options: RingRun, milliseconds: number, more: readonly string[] = []): Promise<string> {
  const { ring, object, batch, threads } = options;
  const what = ['--ring', ring, '--object', object, '--batch', String(batch), '--threads', String(threads)];
  return run(program, [...what, '--ms', String(milliseconds), ...more], { timeoutMs: 60_000 + 100 * milliseconds });
}

export function parseRingSample(line: string): RingSample {
  const sample = JSON.parse(line) as RingSample;
  if (!(sample.nsPerObject > 0) || !(sample.objects > 0))
    throw new FlashError('infrastructure', 'a run of rings gave no figures', { logTail: line });
  return sample;
}
