import { statNames } from '../../../../flash/registry.js';
import { ringFacts } from '../../../../chains/ring-reader.js';
import type { DeviceFacts, RingFacts, RingName, Snapshot, SocketFacts } from '../../../../chains/facts.js';

type Given = Partial<Omit<SocketFacts, 'stats' | 'rings' | 'route'>> & {
  readonly id: number;
  /** Ids of targets; -1 for one that has gone. */
  readonly route?: readonly number[];
  readonly stats?: Readonly<Record<string, number>>;
  readonly rings?: Partial<Record<RingName, RingFacts | undefined>>;
};

/** A ring of 64 entries with so many on it, whose consumer has come so far. */
export function ring(used: number, consumer = 0, { size = 64, needsWakeup = false } = {}): RingFacts {
  return ringFacts(size, (consumer + used) >>> 0, consumer, needsWakeup ? 1 : 0);
}

/** A socket of a program `nfID` on n0, with 32 frames on its fill ring and nothing on the others, unless told; the cookie of id N is 100 + N. */
export function socket({ id, route = [], stats = {}, rings = {}, ...given }: Given): SocketFacts {
  const all = { rx: ring(0), tx: ring(0), fill: ring(32), completion: ring(0), ...rings };
  return {
    ...{ id, cookie: String(100 + id), program: `nf${id}`, pid: 1000 + id, holders: [1000 + id] },
    ...{ pool: `here/2/${id}`, ifindex: 2, ifname: 'n0', queue: id, umem: 0 },
    ...{ frames: { count: 256, bytes: 2048 }, zeroCopy: false },
    route: route.map((target) => (target < 0 ? null : { id: target, cookie: String(100 + target) })),
    stats: { ...Object.fromEntries(statNames.map((name) => [name, 0])), ...stats },
    rings: Object.fromEntries(Object.entries(all).filter(([, facts]) => facts !== undefined)),
    ...given,
  };
}

export const n0: DeviceFacts = {
  ...{ ifindex: 2, ifname: 'n0', up: true },
  xdp: [{ mode: 'native', id: 12, name: 'xsk_redirect', runs: [] }],
};

export function snapshot(
  seconds: number,
  sockets: readonly SocketFacts[],
  devices: readonly DeviceFacts[] = [n0],
): Snapshot {
  return { seconds, sockets, devices };
}
