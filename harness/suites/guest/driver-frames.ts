import type { XdpSocket } from '../../ffi/socket-types.js';
import { openSockets } from '../../ffi/umem-sockets.js';
import type { Umem } from '../../ffi/umem.js';

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
  const { umem, rings, ifindex, queue, fd } = socket;
  const hasFilled = openSockets(umem).some((other) => other.fd !== fd && other.ifindex === ifindex && other.queue === queue);
  if (hasFilled || [rings.fill, rings.rx, rings.tx].some(({ size }) => size === 0)) return;
  held.set(umem, framesWithDrivers(umem) + count);
  const frames = umem.take(count);
  if (needWakeup) pollUntil(socket, () => rings.fill.needsWakeup(), 'to ask for frames');
  for (let given = 0; given < count; ) {
    given += rings.fill.produce(frames.slice(given, given + rings.fill.free()));
    const hasAll = given === count;
    if (needWakeup && hasAll) pollUntil(socket, () => !rings.fill.needsWakeup(), 'to take frames');
    else for (let poll = 0; poll < pollsWithoutNews; poll++) socket.receive();
    publish();
  }
}

function pollUntil(socket: XdpSocket, condition: () => boolean, what: string): void {
  const endMs = Date.now() + deadlineMs;
  while (!condition()) {
    const outcome = socket.receive();
    if (Date.now() > endMs) throw new Error(`waited ${deadlineMs} ms for the driver of queue ${socket.queue} ${what} (recvfrom: ${outcome})`);
  }
}
