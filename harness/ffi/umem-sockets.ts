import type { XdpSocket } from './socket-types.js';
import type { Umem } from './umem.js';

/** The open sockets of every UMEM, in the order they were opened. The first one registered it. */
const socketsOf = new WeakMap<Umem, XdpSocket[]>();

export function rememberSocket(umem: Umem, socket: XdpSocket): void {
  socketsOf.set(umem, [...openSockets(umem), socket]);
}

export function forgetSocket(umem: Umem, fd: number): void {
  socketsOf.set(umem, openSockets(umem).filter((socket) => socket.fd !== fd));
}

export function openSockets(umem: Umem): readonly XdpSocket[] {
  return socketsOf.get(umem) ?? [];
}

export interface Sharing {
  /** Whose UMEM a new socket shares: one with the same fill ring rather than the UMEM's first. */
  readonly with: XdpSocket | undefined;
  /** Whose fill and completion rings. */
  readonly samePool: XdpSocket | undefined;
}

export function sharedWith(umem: Umem, ifindex: number, queue: number): Sharing {
  const sockets = openSockets(umem);
  const samePool = sockets.find((socket) => socket.ifindex === ifindex && socket.queue === queue);
  return { with: samePool ?? sockets[0], samePool };
}
