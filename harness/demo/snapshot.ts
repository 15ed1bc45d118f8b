import { readStats, type FlashStats } from '../flash/registry.js';
import type { WireCounters } from '../nics/control.js';
import { waitUntil } from '../process/wait-until.js';
import type { FunctionStatus, PortStatus, RunningFunctions } from './functions.js';
import { ipBatch, readLinks, type LinkCounters } from '../host/netns.js';
import type { Topology } from './topology.js';
import { ping } from './traffic.js';
import { socketName, type ChainSocket } from './routes.js';

/** Everything that counts, read while nothing moves. */
export interface Snapshot {
  readonly statuses: readonly FunctionStatus[];
  readonly ports: ReadonlyMap<string, PortStatus>;
  readonly stats: ReadonlyMap<string, FlashStats>;
  readonly links: Readonly<Record<string, LinkCounters>>;
  /** What the wires themselves counted, if they can. */
  readonly wires: readonly WireCounters[];
}

const restDeadlineMs = 20_000;

/**
 * What counts once nothing moves any more. Where a driver holds frames, it says how many it took from
 * a fill ring when a packet comes, and gives them back when its device is down. A device that is down
 * may have forgotten what it counted: that is from before.
 */
export async function snapshotAtRest(
  topology: Topology,
  functions: RunningFunctions,
  sockets: readonly ChainSocket[],
): Promise<Snapshot> {
  const look = (): Promise<Snapshot> => waitForRest(topology, functions, sockets);
  const { withoutHeldFrames } = topology.wires;
  if (withoutHeldFrames === undefined) return look();
  await passPacket(topology);
  const counted = await look();
  const { statuses, ports, stats } = await withoutHeldFrames(look);
  return { ...counted, statuses, ports, stats };
}

/** One there and one back. Nobody asks later whether the other is still there, when the answer could not come. */
async function passPacket(topology: Topology): Promise<void> {
  await ping(topology, 1);
  await ipBatch(topology.client, ['neigh flush dev c0']);
  await ipBatch(topology.server, ['neigh flush dev s0']);
}

/** Waits until two looks in a row see the same and no packet waits on a ring or wire, then returns it. */
async function waitForRest(
  topology: Topology,
  functions: RunningFunctions,
  sockets: readonly ChainSocket[],
): Promise<Snapshot> {
  let previous = '';
  return waitUntil(
    async () => {
      const snapshot = await takeSnapshot(topology, functions, sockets);
      const seen = JSON.stringify([
        [...snapshot.ports].map(([name, port]) => ({ name, ...movementOf(port) })),
        snapshot.links,
        snapshot.wires,
      ]);
      const resting =
        seen === previous && [...snapshot.ports.values()].every(isAtRest) && snapshot.wires.every(isEmpty);
      previous = seen;
      return resting ? snapshot : undefined;
    },
    { what: 'the chain to come to rest', deadlineMs: restDeadlineMs, lastState: () => previous },
  );
}

async function takeSnapshot(
  topology: Topology,
  functions: RunningFunctions,
  sockets: readonly ChainSocket[],
): Promise<Snapshot> {
  const statuses = await functions.status();
  const ports = new Map(
    statuses.flatMap(({ name, ports }) => ports.map((port) => [socketName(name, port.direction), port] as const)),
  );
  const stats = new Map(sockets.map(({ name, flashId }) => [name, readStats(flashId)] as const));
  const links = {
    ...(await readLinks(topology.client)),
    ...(await readLinks(topology.server)),
    ...(await readLinks(topology.middle)),
  };
  return { statuses, ports, stats, links, wires: (await topology.wires.counters?.()) ?? [] };
}

/** What changes only when a packet moves; some statistics count empty looks too. */
function movementOf({ rxPackets, txPackets, filteredPackets, frames }: PortStatus): Readonly<Record<string, number>> {
  return {
    rxPackets,
    txPackets,
    filteredPackets,
    rx: frames.rx.length,
    tx: frames.tx.length,
    completion: frames.completion.length,
  };
}

function isAtRest({ frames }: PortStatus): boolean {
  return frames.rx.length === 0 && frames.tx.length === 0;
}

function isEmpty({ waiting }: WireCounters): boolean {
  return waiting.every((frames) => frames === 0);
}
