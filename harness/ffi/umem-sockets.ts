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

/** Whom a new socket shares with: the UMEM's first socket, and one with the same fill ring. */
export function sharedWith(umem: Umem, ifindex: number, queue: number): { owner: XdpSocket | undefined; samePool: XdpSocket | undefined } {
  const sockets = openSockets(umem);
  return { owner: sockets[0], samePool: sockets.find((socket) => socket.ifindex === ifindex && socket.queue === queue) };
}
