import type { XdpSocket } from '../../../ffi/socket-types.js';
import { openSockets } from '../../../ffi/umem-sockets.js';
import type { Umem } from '../../../ffi/umem.js';

const held = new WeakMap<Umem, number>();

/** How many frames the drivers of zero-copy sockets have ready for packets from the wire. */
export function framesWithDrivers(umem: Umem): number {
  return held.get(umem) ?? 0;
}

const deadlineMs = 5000;
const pollsWithoutNews = 8;

export interface DriverOptions {
  /** Frames for its hardware ring. */
  readonly count: number;
  /** Whether the socket was bound so that the driver says when it needs frames. */
  readonly needWakeup: boolean;
  /** Has what was taken from the fill ring shown on it, which else happens when a packet arrives. */
  readonly publish: () => void;
}

/**
 * Lets the driver of a new socket take what it takes for its hardware ring. From then on it asks the
 * fill ring for one frame a packet that arrives from the wire.
 */
export function giveToDriver(socket: XdpSocket, { count, needWakeup, publish }: DriverOptions): void {
  const { umem, rings, pool, fd } = socket;
  const hasFilled = openSockets(umem).some((other) => other.fd !== fd && other.pool === pool);
  if (hasFilled || [rings.fill, rings.rx, rings.tx].some(({ size }) => size === 0)) return;
  const frames = umem.take(count);
  if (needWakeup) pollUntil(socket, () => rings.fill.needsWakeup(), 'to ask for frames');
  let given = 0;
  for (let taken = -1; given < count && taken !== 0; ) {
    const before = rings.fill.count();
    const added = rings.fill.produce(frames.slice(given, given + rings.fill.free()));
    given += added;
    if (needWakeup && given === count) pollUntil(socket, () => !rings.fill.needsWakeup(), 'to take frames');
    else for (let poll = 0; poll < pollsWithoutNews; poll++) socket.receive();
    publish();
    taken = before + added - rings.fill.count();
  }
  // Through a small fill ring it gets fewer: it takes no small number at a time.
  umem.give(frames.slice(given));
  held.set(umem, framesWithDrivers(umem) + given - rings.fill.count());
}

function pollUntil(socket: XdpSocket, condition: () => boolean, what: string): void {
  const endMs = Date.now() + deadlineMs;
  while (!condition()) {
    const outcome = socket.receive();
    if (Date.now() > endMs)
      throw new Error(`waited ${deadlineMs} ms for the driver of queue ${socket.queue} ${what} (recvfrom: ${outcome})`);
  }
}
