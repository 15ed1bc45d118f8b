import type { XdpSocket } from './socket-types.js';
import type { Umem } from './umem.js';

/** The open sockets of every UMEM, in the order they were opened. The first one registered it. */
const socketsOf = new WeakMap<Umem, XdpSocket[]>();

export function rememberSocket(umem: Umem, socket: XdpSocket): void {
  socketsOf.set(umem, [...openSockets(umem), socket]);
}

export function forgetSocket(umem: Umem, fd: number): void {
  socketsOf.set(
    umem,
    openSockets(umem).filter((socket) => socket.fd !== fd),
  );
}

export function openSockets(umem: Umem): readonly XdpSocket[] {
  return socketsOf.get(umem) ?? [];
}

/** What tells a pool of a UMEM from its others. Each network namespace numbers its devices by itself. */
export function poolName({ netns, ifindex, queue }: Pick<XdpSocket, 'netns' | 'ifindex' | 'queue'>): string {
  return `${netns}:${ifindex}:${queue}`;
}

export interface Sharing {
  /** Whose UMEM a new socket shares: one with the same fill ring rather than the UMEM's first. */
  readonly with: XdpSocket | undefined;
  /** Whose fill and completion rings. */
  readonly samePool: XdpSocket | undefined;
}

export function sharedWith(umem: Umem, pool: string): Sharing {
  const sockets = openSockets(umem);
  const samePool = sockets.find((socket) => socket.pool === pool);
  return { with: samePool ?? sockets[0], samePool };
}
