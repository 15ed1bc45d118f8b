import { readStats, type FlashStats } from '../flash/registry.js';
import { waitUntil } from '../process/wait-until.js';
import type { FunctionStatus, PortStatus, RunningFunctions } from './functions.js';
import { readLinks, type LinkCounters } from './netns.js';
import type { Topology } from './topology.js';
import { socketName, type ChainSocket } from './wiring.js';

/** Everything that counts, read while nothing moves. */
export interface Snapshot {
  readonly statuses: readonly FunctionStatus[];
  readonly ports: ReadonlyMap<string, PortStatus>;
  readonly stats: ReadonlyMap<string, FlashStats>;
  readonly links: Readonly<Record<string, LinkCounters>>;
}

const restDeadlineMs = 20_000;

/** Waits until two looks in a row see the same and no packet waits on a ring, then returns it. */
export async function snapshotAtRest(topology: Topology, functions: RunningFunctions, sockets: readonly ChainSocket[]): Promise<Snapshot> {
  let previous = '';
  return waitUntil(
    async () => {
      const snapshot = await takeSnapshot(topology, functions, sockets);
      const seen = JSON.stringify([[...snapshot.ports].map(([name, port]) => ({ name, ...movementOf(port) })), snapshot.links]);
      const resting = seen === previous && [...snapshot.ports.values()].every(isAtRest);
      previous = seen;
      return resting ? snapshot : undefined;
    },
    { what: 'the chain to come to rest', deadlineMs: restDeadlineMs, lastState: () => previous },
  );
}

async function takeSnapshot(topology: Topology, functions: RunningFunctions, sockets: readonly ChainSocket[]): Promise<Snapshot> {
  const statuses = await functions.status();
  const ports = new Map(statuses.flatMap(({ name, ports }) => ports.map((port) => [socketName(name, port.direction), port] as const)));
  const stats = new Map(sockets.map(({ name, flashId }) => [name, readStats(flashId)] as const));
  const links = {
    ...(await readLinks(topology.client)),
    ...(await readLinks(topology.server)),
    ...(await readLinks(topology.middle)),
  };
  return { statuses, ports, stats, links };
}

/** What changes only when a packet moves; some statistics count empty looks too. */
function movementOf({ rxPackets, txPackets, filteredPackets, frames }: PortStatus): Readonly<Record<string, number>> {
  return { rxPackets, txPackets, filteredPackets, rx: frames.rx.length, tx: frames.tx.length, completion: frames.completion.length };
}

function isAtRest({ frames }: PortStatus): boolean {
  return frames.rx.length === 0 && frames.tx.length === 0;
}
