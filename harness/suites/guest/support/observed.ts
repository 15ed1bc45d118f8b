import { explain, type Explanation } from '../../../chains/explain/explain.js';
import type { Cause } from '../../../chains/explain/case.js';
import { findSocket, type Snapshot, type SocketFacts } from '../../../chains/facts.js';
import { createObserver } from '../../../chains/observer.js';
import { readProcesses } from '../../../chains/processes.js';
import type { XdpSocket } from '../../../ffi/socket-types.js';
import { readCookie } from '../../../flash/registry.js';
import { flashId } from './routed-pair.js';

/** What the tool says of a socket that it has seen before and after some work. */
export async function explained(socket: XdpSocket, work: () => unknown = () => undefined): Promise<Explanation> {
  using observer = createObserver();
  const before = await observer.look();
  await work();
  const now = await observer.look();
  return explain({ before, now, processes: readProcesses(now) }, factsOf(now, socket));
}

export const causesOf = ({ findings }: Explanation): readonly Cause[] => findings.map(({ cause }) => cause);

export async function looked(): Promise<Snapshot> {
  using observer = createObserver();
  return await observer.look();
}

/** What one observer sees before, between and after some steps. */
export async function lookedBetween(steps: readonly (() => unknown)[]): Promise<Snapshot[]> {
  using observer = createObserver();
  const snapshots = [await observer.look()];
  for (const step of steps) {
    await step();
    snapshots.push(await observer.look());
  }
  return snapshots;
}

export function factsOf(snapshot: Snapshot, socket: XdpSocket): SocketFacts {
  const id = flashId(socket);
  const facts = findSocket(snapshot, { id, cookie: readCookie(id) });
  if (facts === undefined) throw new Error(`socket ${id} is not among those that were seen`);
  return facts;
}
