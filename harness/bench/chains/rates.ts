import { findContender } from './contenders.js';
import type { HopsResult, LatencyAtRate, RatesResult } from './results.js';
import { runHops, type HopsOptions } from './run-hops.js';

const shares = [0.1, 0.5, 0.9] as const;
/** The search ends when it knows the rate this well. */
const resolution = 0.04;
/** A machine that also does other things is late now and then: a chain is given the benefit of that doubt. */
const tolerated = 0.0005;

/** Times what came through when too much was sent. */
const gentler = [2.5, 1.5] as const;

/**
 * What comes through a chain. Where nothing holds the source back it is also tried at rates nearer to
 * that: a source that sends for nothing takes the processor from those who carry. The best counts.
 */
export async function measureThroughput(options: HopsOptions, run = runHops): Promise<HopsResult> {
  let best = await run(options);
  if (!findContender(options.contender).drops) return best;
  const first = best.pps;
  for (const times of first > 0 ? gentler : []) {
    const next = await run({ ...options, ratePps: Math.round(first * times) });
    if (next.pps > best.pps) best = next;
  }
  return best;
}

/**
 * The throughput test of RFC 2544, section 26.1: halves the interval between a rate that was kept
 * and one that was not. A packet that could not be sent when it was due, for longer than a ring of
 * packets, counts as lost.
 */
export async function measureRates(options: HopsOptions, run = runHops): Promise<RatesResult> {
  let [kept, missed] = [0, (await measureThroughput(options, run)).pps * 1.5];
  while (missed - kept > missed * resolution) {
    const ratePps = Math.round((kept + missed) / 2);
    if (ratePps < 1) break;
    if (isKept(await run({ ...options, ratePps }), ratePps)) kept = ratePps;
    else missed = ratePps;
  }
  const latencies: LatencyAtRate[] = [];
  for (const share of kept > 0 ? shares : []) {
    const ratePps = Math.max(1, Math.round(kept * share));
    latencies.push({ share, ratePps, latencyNs: (await run({ ...options, ratePps })).latencyNs });
  }
  return { lossFreePps: kept, latencies };
}

/** Nothing was lost, and the source had the time to send what was due. */
function isKept({ lost, sent, received, seconds }: HopsResult, ratePps: number): boolean {
  const due = ratePps * seconds;
  return lost <= due * tolerated && received > 0 && sent > due * (1 - resolution);
}
