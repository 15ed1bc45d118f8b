import { formatRate } from '../host/rate.js';
import { formatColumns } from '../host/table.js';
import { socketLabel } from './facts.js';
import type { Hop } from './hops.js';
import { levelLabel } from './list.js';

/** One look at all hops, as a table. */
export function formatTop(
  hops: readonly Hop[],
  { time, seconds }: { readonly time: string; readonly seconds: number },
): string {
  const head = `${time}  ${hops.length} ${hops.length === 1 ? 'hop' : 'hops'} in ${seconds.toFixed(1)} s`;
  if (hops.length === 0) return `${head}: no socket has a route`;
  const columns = [
    'HOP',
    'PACKETS/s',
    'BATCH',
    'TX',
    'COMPL.',
    'RX',
    'FILL',
    'WAKE-UPS/s',
    'DROPS/s',
    'STALLS/s',
    'WAITS FOR',
  ];
  return `${head}\n${formatColumns(columns, hops.map(row))}`;
}

function row(hop: Hop): readonly string[] {
  const { from, to, bottleneck } = hop;
  const stalls = Object.entries(hop.stallsPerSecond).map(([cause, rate]) => `${cause} ${formatRate(rate)}`);
  return [
    `${socketLabel(from)} -> ${to === undefined ? (hop.toId < 0 ? 'gone' : `${hop.toId}`) : socketLabel(to)}`,
    hop.packetsPerSecond === undefined ? '?' : `${hop.estimated ? '~' : ''}${formatRate(hop.packetsPerSecond)}`,
    hop.batch === undefined ? '-' : hop.batch.toFixed(1),
    levelLabel(from.rings.tx),
    levelLabel(from.rings.completion),
    levelLabel(to?.rings.rx),
    levelLabel(to?.rings.fill),
    formatRate(hop.wakeupsPerSecond),
    formatRate(hop.dropsPerSecond),
    stalls.length === 0 ? '-' : stalls.join(' '),
    bottleneck.end === 'unknown' ? '?' : `${bottleneck.end}: ${bottleneck.why}`,
  ];
}

/** The same for programs: ends by their keys. */
export function topRecord(hops: readonly Hop[], options: { readonly time: string; readonly seconds: number }): unknown {
  return {
    ...options,
    hops: hops.map(({ from, to, toId, ...hop }) => ({
      source: {
        id: from.id,
        cookie: from.cookie,
        label: socketLabel(from),
        tx: from.rings.tx,
        completion: from.rings.completion,
      },
      target:
        to === undefined
          ? { id: toId }
          : { id: to.id, cookie: to.cookie, label: socketLabel(to), rx: to.rings.rx, fill: to.rings.fill },
      ...hop,
    })),
  };
}
