import type { XdpSocket } from '../../ffi/socket-types.js';
import { openSockets } from '../../ffi/umem-sockets.js';
import type { Umem } from '../../ffi/umem.js';

const held = new WeakMap<Umem, number>();

/** How many frames the drivers of zero-copy sockets have ready for packets from the wire. */
export function framesWithDrivers(umem: Umem): number {
  return held.get(umem) ?? 0;
}

const deadlineMs = 5000;

/**
 * Lets the driver of a new socket take what it takes for its hardware ring. From then on it asks the
 * fill ring for one frame a packet that arrives from the wire.
 */
export function giveToDriver(socket: XdpSocket, count: number): void {
  const { umem, rings, ifindex, queue, fd } = socket;
  const hasFilled = openSockets(umem).some((other) => other.fd !== fd && other.ifindex === ifindex && other.queue === queue);
  if (hasFilled || rings.fill.size === 0) return;
  const frames = umem.take(count);
  held.set(umem, framesWithDrivers(umem) + count);
  const endMs = Date.now() + deadlineMs;
  for (let given = 0; given < count || rings.fill.count() > 0; ) {
    given += rings.fill.produce(frames.slice(given, given + rings.fill.free()));
    const outcome = socket.receive();
    if (Date.now() > endMs) throw new Error(`the driver of queue ${queue} left ${rings.fill.count()} of ${count} frames on the fill ring (recvfrom: ${outcome})`);
  }
}
