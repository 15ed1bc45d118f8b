import { findSocket, moved, type Snapshot, type SocketFacts, type SocketKey } from '../facts.js';
import type { ProcessFacts } from '../processes.js';

export const causes = [
  ...['not-bound', 'no-route', 'device-down', 'target-closed', 'rx-full', 'fill-empty', 'completion-full'],
  ...['nothing-to-send', 'nothing-arrives', 'nobody-polls', 'behind-another', 'drops', 'rings-unknown', 'nonsense'],
] as const;

export type Cause = (typeof causes)[number];

/** One thing that holds, the figures that prove it, and what to do about it. */
export interface Finding {
  readonly cause: Cause;
  readonly says: string;
  readonly proof: string;
  readonly advice: string;
  /** The socket that has to do something, if that is another one. */
  readonly about?: SocketKey;
}

/** One socket in two looks at the machine. */
export interface Case {
  readonly before: Snapshot;
  readonly now: Snapshot;
  readonly socket: SocketFacts;
  readonly was: SocketFacts | undefined;
  readonly seconds: number;
  readonly processes: ReadonlyMap<number, ProcessFacts>;
}

/** What holds of a case, if it does. */
export type Rule = (each: Case) => readonly Finding[];

export interface Looks {
  readonly before: Snapshot;
  readonly now: Snapshot;
  readonly processes: ReadonlyMap<number, ProcessFacts>;
}

export function caseOf({ before, now, processes }: Looks, socket: SocketFacts): Case {
  const was = findSocket(before, socket);
  return { before, now, socket, was, seconds: now.seconds - before.seconds, processes };
}

/** By how much a counter rose between the looks. */
export function rise({ socket, was }: Pick<Case, 'socket' | 'was'>, counter: string): number {
  return (socket.stats[counter] ?? 0) - (was?.stats[counter] ?? socket.stats[counter] ?? 0);
}

/** How many packets the kernel took from its TX ring; undefined if that cannot be known. */
export function sentBetween(each: Pick<Case, 'socket' | 'was'>): number | undefined {
  const [old, tx] = [each.was?.rings.tx, each.socket.rings.tx];
  if (old !== undefined && tx !== undefined) return moved(old.consumer, tx.consumer);
  return each.socket.route.length > 0 && each.was !== undefined ? rise(each, 'redirected') : undefined;
}

/** How many packets its program took from its RX ring. */
export function takenBetween({ socket, was }: Pick<Case, 'socket' | 'was'>): number | undefined {
  const [old, rx] = [was?.rings.rx, socket.rings.rx];
  return old === undefined || rx === undefined ? undefined : moved(old.consumer, rx.consumer);
}

/** It has no route, has nothing that waits on TX, and its program takes packets from RX: that is all it is for. */
export function onlyReceives(each: Pick<Case, 'socket' | 'was'>): boolean {
  const { route, rings } = each.socket;
  return route.length === 0 && (rings.tx?.used ?? 0) === 0 && (takenBetween(each) ?? 0) > 0;
}

/** Packets wait on TX, and none was taken. */
export function isStuck(each: Case): boolean {
  const waits = (socket: SocketFacts | undefined): boolean => (socket?.rings.tx?.used ?? 0) > 0;
  return waits(each.socket) && waits(each.was) && sentBetween(each) === 0;
}

/** The targets that are there, each once. */
export function liveTargets({ now, socket }: Case): readonly SocketFacts[] {
  const found = socket.route.map((target) => findSocket(now, target)).filter((target) => target !== undefined);
  return [...new Set(found)];
}

/** Those that have a route to it. */
export function sourcesOf({ now, socket }: Case): readonly SocketFacts[] {
  return now.sockets.filter(({ route }) => route.some((to) => to?.cookie === socket.cookie));
}

/** "+12 in 0.5 s" */
export function rose(by: number, { seconds }: Case): string {
  return `+${by} in ${seconds.toFixed(1)} s`;
}

/** The process that has its rings, or else created it. */
export function processOf({ socket, processes }: Case): ProcessFacts | undefined {
  return processes.get(socket.holders[0] ?? socket.pid);
}
