import type { ReadDescriptor } from '../../ffi/ring.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import type { Umem } from '../../ffi/umem.js';
import { waitUntil } from '../../process/wait-until.js';

const macAddressesBytes = 12;
const numberOffset = 14;
export const packetBytes = 64;

/** A frame to everybody, of a type nobody handles, with a number in it. */
export function numberedPacket(number: number): Uint8Array {
  const packet = Buffer.alloc(packetBytes);
  packet.fill(0xff, 0, macAddressesBytes / 2);
  packet.writeUInt8(0x02, macAddressesBytes / 2);
  packet.writeUInt16BE(0x88b5, macAddressesBytes);
  packet.writeUInt32BE(number, numberOffset);
  return packet;
}

export function numberOf(umem: Umem, { addr }: Pick<ReadDescriptor, 'addr'>): number {
  return Buffer.from(umem.read(addr, packetBytes)).readUInt32BE(numberOffset);
}

/** Puts free frames on the fill ring. */
export function fill(socket: XdpSocket, count: number): void {
  const frames = socket.umem.take(count);
  const taken = socket.rings.fill.produce(frames);
  socket.umem.give(frames.slice(taken));
}

/** Puts numbered packets in free frames on TX, without asking the kernel to look. */
export function send(socket: XdpSocket, numbers: readonly number[], optionsOf: (number: number) => number = () => 0): void {
  const frames = socket.umem.take(numbers.length);
  const descriptors = numbers.map((number, index) => {
    const addr = frames[index] as number;
    socket.umem.write(addr, numberedPacket(number));
    return { addr, len: packetBytes, options: optionsOf(number) };
  });
  const taken = socket.rings.tx.produce(descriptors);
  if (taken < numbers.length) throw new Error(`${taken} of ${numbers.length} packets fit on the TX ring`);
}

/** Takes what arrived, returns the frames to the free ones and the packets' numbers in order. */
export function receive(socket: XdpSocket, max?: number): number[] {
  const descriptors = socket.rings.rx.consume(max);
  const numbers = descriptors.map((descriptor) => numberOf(socket.umem, descriptor));
  socket.umem.give(descriptors.map(({ addr }) => addr));
  return numbers;
}

/** Takes completed frames back. */
export function reclaim(socket: XdpSocket): number {
  const addresses = socket.rings.completion.consume();
  socket.umem.give(addresses);
  return addresses.length;
}

/** Receives until as many packets have come, in the order they came. */
export async function receiveCount(socket: XdpSocket, count: number, deadlineMs = 5000): Promise<number[]> {
  const numbers: number[] = [];
  await waitUntil(
    () => {
      numbers.push(...receive(socket));
      return numbers.length >= count;
    },
    { what: `${count} packets on socket ${socket.fd}`, deadlineMs, intervalMs: 5, lastState: () => ({ received: numbers.length, rx: socket.rings.rx.count() }) },
  );
  return numbers;
}

/** Asks the kernel to transmit until TX is empty. */
export async function drainTx(socket: XdpSocket, deadlineMs = 5000): Promise<void> {
  let outcome = 'ok';
  await waitUntil(
    () => {
      if (socket.rings.tx.count() > 0) outcome = socket.kick();
      reclaim(socket);
      return socket.rings.tx.count() === 0;
    },
    { what: `socket ${socket.fd} to transmit`, deadlineMs, intervalMs: 5, lastState: () => ({ tx: socket.rings.tx.count(), outcome }) },
  );
}
