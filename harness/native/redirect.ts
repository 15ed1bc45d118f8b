import { FlashError } from '../errors.js';
import { run } from '../process/run.js';
import { buildFromSeries } from './from-series.js';

/** One source, one target, rings that never stall. */
export interface RedirectRun {
  readonly hop: 'zero-copy' | 'copy';
  readonly packetBytes: number;
  readonly batch: number;
}

/** What xsk_redirect_batch() took, in cycles of the time stamp counter, the median of many calls. */
export interface RedirectSample extends RedirectRun {
  readonly cyclesPerPacket: number;
  readonly nsPerPacket: number;
  readonly packets: number;
}

/** Compiles the redirect of the series as it is, and returns the program. */
export async function buildRedirect(): Promise<string> {
  return (await buildFromSeries('redirect', ['redirect'])).redirect as string;
}

/** Runs it; it fails if a packet or a frame got lost, came twice or changed. */
export async function runRedirect(
  program: string,
  options: RedirectRun,
  milliseconds: number,
): Promise<RedirectSample> {
  const { hop, packetBytes, batch } = options;
  const sizes = ['--bytes', String(packetBytes), '--batch', String(batch), '--ms', String(milliseconds)];
  const args = hop === 'copy' ? ['--copy', ...sizes] : sizes;
  return parseRedirectSample(await run(program, args, { timeoutMs: 60_000 + 100 * milliseconds }));
}

export function parseRedirectSample(line: string): RedirectSample {
  const sample = JSON.parse(line) as RedirectSample;
  if (!(sample.cyclesPerPacket > 0) || !(sample.packets > 0)) {
    throw new FlashError('infrastructure', 'a run of redirects gave no figures', { logTail: line });
  }
  return sample;
}
