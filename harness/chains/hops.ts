import { findSocket, moved, type RingFacts, type Snapshot, type SocketFacts, type SocketKey } from './facts.js';

export const stallCauses = ['rx_full', 'fill_empty', 'cq_full', 'no_target'] as const;
export type StallCause = (typeof stallCauses)[number];

/** What moved from one socket to another between two looks. */
export interface Hop {
  readonly from: SocketFacts;
  /** Undefined for a target that has left, or is not for the reader to see. */
  readonly to: SocketFacts | undefined;
  readonly toId: number;
  readonly index: number;
  /** Undefined for a source that is new. With several targets it follows from the batches that were traced. */
  readonly packetsPerSecond: number | undefined;
  readonly estimated: boolean;
  /** Descriptors of a batch on average, if batches were traced and there were any. */
  readonly batch: number | undefined;
  readonly stallsPerSecond: Readonly<Partial<Record<StallCause, number>>>;
  readonly dropsPerSecond: number;
  readonly wakeupsPerSecond: number;
  readonly bottleneck: Bottleneck;
}

export interface Bottleneck {
  readonly end: 'source' | 'target' | 'kernel' | 'unknown';
  readonly why: string;
}

/** Batches of a hop that were traced. */
export interface Batches {
  readonly source: number;
  readonly target: number;
  readonly count: number;
  readonly moved: number;
}

export function listHops(before: Snapshot, now: Snapshot, batches: readonly Batches[] = []): readonly Hop[] {
  const seconds = Math.max(now.seconds - before.seconds, 0.001);
  return now.sockets.flatMap((from) => {
    const was = findSocket(before, from);
    const ofSource = batches.filter(({ source }) => source === from.id);
    const movedBySource = ofSource.reduce((sum, each) => sum + each.moved, 0);
    return from.route.map((key, index): Hop => {
      const traced = key === null ? undefined : ofSource.find(({ target }) => target === key.id);
      const share = sharesRate(from) ? (movedBySource === 0 ? undefined : (traced?.moved ?? 0) / movedBySource) : 1;
      const rate = was === undefined ? undefined : perSecond(from, was, 'redirected', seconds);
      return {
        ...ends(now, from, key, index),
        packetsPerSecond: rate === 0 ? 0 : share === undefined || rate === undefined ? undefined : rate * share,
        estimated: sharesRate(from) && rate !== 0,
        batch: traced === undefined || traced.count === 0 ? undefined : traced.moved / traced.count,
        ...sourceRates(from, was, seconds),
        bottleneck: findBottleneck(from, was, findSocket(now, key), key),
      };
    });
  });
}

function ends(
  now: Snapshot,
  from: SocketFacts,
  key: SocketKey | null,
  index: number,
): Pick<Hop, 'from' | 'to' | 'toId' | 'index'> {
  return { from, index, to: findSocket(now, key), toId: key?.id ?? -1 };
}

/** Counters are of the source: with different targets they do not say which got how much. */
function sharesRate({ route }: SocketFacts): boolean {
  return new Set(route.map((key) => key?.id)).size > 1;
}

/** What a socket sends on its own, whether on a route or on its device, in packets a second. */
export function sendRate(before: Snapshot, now: Snapshot, socket: SocketFacts): number | undefined {
  const was = findSocket(before, socket);
  if (was === undefined) return undefined;
  const seconds = Math.max(now.seconds - before.seconds, 0.001);
  const [old, tx] = [was.rings.tx, socket.rings.tx];
  if (old !== undefined && tx !== undefined) return moved(old.consumer, tx.consumer) / seconds;
  return socket.route.length > 0 ? perSecond(socket, was, 'redirected', seconds) : undefined;
}

export function sumRates(
  before: Snapshot,
  now: Snapshot,
  socket: SocketFacts,
  prefix: 'stall_' | 'drop_',
): number | undefined {
  const was = findSocket(before, socket);
  if (was === undefined) return undefined;
  const seconds = Math.max(now.seconds - before.seconds, 0.001);
  const names = Object.keys(socket.stats).filter((name) => name.startsWith(prefix));
  return names.reduce((sum, name) => sum + perSecond(socket, was, name, seconds), 0);
}

function sourceRates(
  from: SocketFacts,
  was: SocketFacts | undefined,
  seconds: number,
): Pick<Hop, 'stallsPerSecond' | 'dropsPerSecond' | 'wakeupsPerSecond'> {
  const rate = (name: string): number => (was === undefined ? 0 : perSecond(from, was, name, seconds));
  const stalls = stallCauses.map((cause) => [cause, rate(`stall_${cause}`)] as const).filter(([, each]) => each > 0);
  return {
    stallsPerSecond: Object.fromEntries(stalls),
    dropsPerSecond: Object.keys(from.stats)
      .filter((name) => name.startsWith('drop_'))
      .reduce((sum, name) => sum + rate(name), 0),
    wakeupsPerSecond: rate('wakeups'),
  };
}

function perSecond(now: SocketFacts, was: SocketFacts, name: string, seconds: number): number {
  return Math.max(0, (now.stats[name] ?? 0) - (was.stats[name] ?? 0)) / seconds;
}

const stallEnds: Readonly<Record<StallCause, Bottleneck>> = {
  rx_full: { end: 'target', why: 'takes too few packets' },
  fill_empty: { end: 'target', why: 'gives too few frames' },
  cq_full: { end: 'source', why: 'takes too few completions' },
  no_target: { end: 'target', why: 'has gone' },
};

/** Which end holds a hop up: the ring that stops it most, else who leaves TX empty or does not kick. */
function findBottleneck(
  from: SocketFacts,
  was: SocketFacts | undefined,
  to: SocketFacts | undefined,
  key: SocketKey | null,
): Bottleneck {
  if (key === null) return stallEnds.no_target;
  const { tx } = from.rings;
  if (was === undefined || tx === undefined) return { end: 'unknown', why: '?' };
  const stalls = stallCauses
    .map((cause) => ({ cause, by: (from.stats[`stall_${cause}`] ?? 0) - (was.stats[`stall_${cause}`] ?? 0) }))
    .filter(({ cause, by }) => by > 0 && isOf(cause, to, from))
    .sort((a, b) => b.by - a.by);
  if (stalls[0] !== undefined) return stallEnds[stalls[0].cause];
  if (tx.used === 0 || (was.rings.tx?.used ?? 0) === 0) return { end: 'source', why: 'nothing to send' };
  if (moved(was.rings.tx?.consumer ?? 0, tx.consumer) > 0) return { end: 'kernel', why: 'moves what it can' };
  return tx.needsWakeup ? { end: 'source', why: 'makes no call' } : { end: 'kernel', why: 'waits for its turn' };
}

/** With several targets a stall is put down to those that look like it. */
function isOf(cause: StallCause, to: SocketFacts | undefined, from: SocketFacts): boolean {
  if (!sharesRate(from) || cause === 'cq_full' || cause === 'no_target') return true;
  const ring: RingFacts | undefined = cause === 'rx_full' ? to?.rings.rx : to?.rings.fill;
  return ring === undefined || (cause === 'rx_full' ? 2 * ring.used >= ring.size : 2 * ring.used <= ring.size);
}
