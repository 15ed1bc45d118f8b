import { packetContinues } from '../../../ffi/libc.js';
import type { Descriptor, ReadDescriptor } from '../../../ffi/ring.js';
import type { XdpSocket } from '../../../ffi/socket-types.js';
import type { Umem } from '../../../ffi/umem.js';
import { waitUntil } from '../../../process/wait-until.js';

const macAddressesBytes = 12;
const numberOffset = 14;
const fragmentOffset = 18;
const fillerOffset = 19;

/** How a packet lies in frames: so many, with so many bytes in each. */
export interface PacketShape {
  readonly fragments: number;
  readonly fragmentBytes: number;
}

export const singleBuffer: PacketShape = { fragments: 1, fragmentBytes: 64 };

/** What is in one frame of a packet: every byte follows from its number. To everybody, of a type nobody handles. */
export function fragmentBytes(number: number, fragment: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = fillerOffset; at < length; at++) bytes[at] = (number + fragment + at) & 0xff;
  bytes.fill(0xff, 0, macAddressesBytes / 2);
  bytes.fill(0, macAddressesBytes / 2, macAddressesBytes);
  bytes.writeUInt8(0x02, macAddressesBytes / 2);
  bytes.writeUInt16BE(0x88b5, macAddressesBytes);
  bytes.writeUInt32BE(number, numberOffset);
  bytes.writeUInt8(fragment, fragmentOffset);
  return bytes;
}

/** Puts free frames on the fill ring. */
export function fill(socket: XdpSocket, count: number): void {
  const frames = socket.umem.take(count);
  const taken = socket.rings.fill.produce(frames);
  socket.umem.give(frames.slice(taken));
}

export interface SendOptions {
  readonly shape?: PacketShape;
  /** Bits of `options` a packet has in each of its descriptors. */
  readonly options?: (number: number) => number;
}

interface WrittenDescriptor extends Descriptor {
  readonly addr: number;
}

/** The descriptors of a numbered packet, written to free frames. */
export function writePacket(
  umem: Umem,
  number: number,
  { shape = singleBuffer, options = () => 0 }: SendOptions = {},
): WrittenDescriptor[] {
  return umem.take(shape.fragments).map((addr, fragment) => {
    umem.write(addr, fragmentBytes(number, fragment, shape.fragmentBytes));
    const continues = fragment + 1 < shape.fragments ? packetContinues : 0;
    return { addr, len: shape.fragmentBytes, options: options(number) | continues };
  });
}

/**
 * Puts numbered packets in free frames on TX, without asking the kernel to look. Returns their descriptors: the kernel
 * also looks by itself some time after a route has been set, so TX may be empty before anybody asks.
 */
export function send(socket: XdpSocket, numbers: readonly number[], options: SendOptions = {}): WrittenDescriptor[] {
  const descriptors = numbers.flatMap((number) => writePacket(socket.umem, number, options));
  const taken = socket.rings.tx.produce(descriptors);
  if (taken < descriptors.length) throw new Error(`${taken} of ${descriptors.length} descriptors fit on the TX ring`);
  return descriptors;
}

/** Takes what arrived, returns the frames to the free ones and the packets' numbers in order. A packet that is torn or changed throws. */
export function receive(socket: XdpSocket, shape: PacketShape = singleBuffer, most = socket.rings.rx.size): number[] {
  const descriptors = socket.rings.rx.consume(most);
  const numbers = packetsOf(descriptors).map((packet) => readPacket(socket.umem, packet, shape));
  socket.umem.give(descriptors.map(({ addr }) => addr));
  return numbers;
}

/** Descriptors by packet. */
export function packetsOf(descriptors: readonly ReadDescriptor[]): ReadDescriptor[][] {
  const packets: ReadDescriptor[][] = [];
  let continues = false;
  for (const descriptor of descriptors) {
    if (!continues) packets.push([]);
    packets.at(-1)?.push(descriptor);
    continues = (descriptor.options & packetContinues) !== 0;
  }
  if (continues) throw new Error('the last packet has no end');
  return packets;
}

/** The number of the packet whose first buffer is there. */
export function numberAt(umem: Umem, address: number): number {
  return Buffer.from(umem.read(address, fragmentOffset)).readUInt32BE(numberOffset);
}

function readPacket(umem: Umem, packet: readonly ReadDescriptor[], shape: PacketShape): number {
  if (packet.length !== shape.fragments)
    throw new Error(`a packet of ${packet.length} buffers, not ${shape.fragments}`);
  const buffers = packet.map(({ addr, len }) => Buffer.from(umem.read(addr, len)));
  const number = buffers[0]?.readUInt32BE(numberOffset) ?? -1;
  for (const [fragment, bytes] of buffers.entries()) {
    if (!bytes.equals(fragmentBytes(number, fragment, shape.fragmentBytes)))
      throw new Error(`buffer ${fragment} of packet ${number} is not as it was sent`);
  }
  return number;
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
    {
      what: `${count} packets on socket ${socket.fd}`,
      deadlineMs,
      intervalMs: 5,
      lastState: () => ({ received: numbers.length, rx: socket.rings.rx.count() }),
    },
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
    {
      what: `socket ${socket.fd} to transmit`,
      deadlineMs,
      intervalMs: 5,
      lastState: () => ({ tx: socket.rings.tx.count(), outcome }),
    },
  );
}

const exchangeBatch = 16;

/** Batches from a source to its target, as programs send that know nothing of routes. Returns what arrived. */
export function exchange(
  { source, target }: { readonly source: XdpSocket; readonly target: XdpSocket },
  batches: number,
): number[] {
  const received: number[] = [];
  for (let batch = 0; batch < batches; batch++) {
    fill(target, 2 * exchangeBatch - target.rings.fill.count());
    send(
      source,
      Array.from({ length: exchangeBatch }, (_, index) => batch * exchangeBatch + index),
    );
    source.kick();
    target.receive();
    received.push(...receive(target));
    reclaim(source);
  }
  return received;
}

/** Takes packets from RX, of which none has a part missing. */
export function takePackets({ rings: { rx } }: XdpSocket, most = Infinity): ReadDescriptor[][] {
  const taken: ReadDescriptor[] = [];
  let packets = 0;
  while (packets < most && rx.count() > 0) {
    taken.push(...rx.consume(1));
    if (((taken.at(-1)?.options ?? 0) & packetContinues) === 0) packets++;
  }
  return packetsOf(taken);
}
