import { FlashError } from '../../harness/errors.js';
import type { Place } from '../../harness/ffi/packet-table.js';

/** A packet that the program has: until it is sent or dropped, or its port closed. */
export interface Packet {
  /** In bytes. */
  readonly length: number;
  /**
   * From the first byte of the Ethernet header on, to be read and written. It is a copy, made when it is first asked
   * for, and what it says is what is sent. Whoever kept it when the packet leaves has an array of no elements, and
   * whoever asks then is told by a FlashError.
   */
  readonly bytes: Uint8Array;
  /** The same bytes, whose getters and setters throw a TypeError once the packet has left. */
  readonly view: DataView;
  /** Which edge send() puts it into, from 0 on: 0 unless said. */
  edge: number;
  /**
   * Has it consist of other bytes, of which there may be more or fewer: as many as a frame has at most, and at least
   * one. `bytes` and `view` are others from now on.
   */
  readonly replace: (bytes: Uint8Array) => void;
}

export type Departure = 'sent' | 'dropped' | 'lost as its port was closed';

/** What a port knows of a packet that the program has. */
export interface HeldPacket {
  readonly packet: Packet;
  readonly memory: Uint8Array;
  readonly frameBytes: number;
  readonly frame: number;
  place: Place;
  edge: number;
  gone: Departure | undefined;
  /** What the program has in its hands. */
  bytes: Uint8Array<ArrayBuffer> | undefined;
  view: DataView | undefined;
}

/** The memory that packets are in, and how much of it one may take. */
export type PacketMemory = Pick<HeldPacket, 'memory' | 'frameBytes'>;

/**
 * Bytes are copied. A view of the memory itself would go on showing it after the packet has left, when it has the
 * next one, or belongs to the kernel: Node cannot detach an ArrayBuffer of foreign memory (structuredClone() copies
 * it, without a word), and to make one takes longer than to copy a packet.
 */
export function holdPacket({ memory, frameBytes }: PacketMemory, place: Place): HeldPacket {
  const packet = Object.create(behaviour) as Packet;
  const frame = Math.floor(place.addr / frameBytes);
  const [gone, bytes, view] = [undefined, undefined, undefined];
  const held = { packet, memory, frameBytes, frame, place, edge: 0, gone, bytes, view };
  known.set(packet, held);
  return held;
}

/** What a port knows of it, or of what only looks like a packet. */
export function knownOf(packet: Packet): HeldPacket | undefined {
  return known.get(packet);
}

/** Puts in the frame what the program has in its hands. */
export function writeBack({ bytes, place, memory }: HeldPacket): void {
  if (bytes === undefined) return;
  if (bytes.length !== place.length)
    throw new FlashError('usage', 'a packet cannot be sent: its bytes were transferred to somebody else', {
      advice: 'pass a copy on: packet.bytes.slice()',
    });
  memory.set(bytes, place.addr);
}

/** From now on the packet is nobody's. What is returned is to be detached. */
export function takeAway(packet: HeldPacket, how: Departure): ArrayBuffer | undefined {
  const buffer = packet.bytes?.buffer;
  packet.gone = how;
  packet.bytes = undefined;
  packet.view = undefined;
  return buffer;
}

/** A program cannot get at it. */
const known = new WeakMap<Packet, HeldPacket>();

/** What all packets have in common: to make functions for each takes longer than all else. */
const behaviour = {
  get length() {
    return here(this).place.length;
  },
  get bytes() {
    return bytesOf(here(this));
  },
  get view() {
    const packet = here(this);
    packet.view ??= new DataView(bytesOf(packet).buffer);
    return packet.view;
  },
  get edge() {
    return knownOf(this)?.edge ?? 0;
  },
  set edge(edge) {
    here(this).edge = edge;
  },
  replace(content) {
    const packet = here(this);
    const { bytes, frame, frameBytes, place } = packet;
    requireLength(content.length, frameBytes);
    const start = Math.min(place.addr - frame * frameBytes, frameBytes - content.length);
    packet.place = { addr: frame * frameBytes + start, length: content.length };
    packet.bytes = new Uint8Array(content);
    packet.view = undefined;
    if (bytes !== undefined) detach([bytes.buffer]);
  },
} satisfies Packet & ThisType<Packet>;

function here(packet: Packet): HeldPacket {
  const held = knownOf(packet);
  if (held !== undefined && held.gone === undefined) return held;
  throw new FlashError('usage', `a packet was touched that was ${held?.gone ?? 'never there'}`, {
    advice: 'copy what you want to keep of a packet before it leaves: packet.bytes.slice()',
  });
}

function bytesOf(packet: HeldPacket): Uint8Array<ArrayBuffer> {
  const { place, memory } = packet;
  packet.bytes ??= memory.slice(place.addr, place.addr + place.length);
  return packet.bytes;
}

export function requireLength(length: number, frameBytes: number): void {
  if (length >= 1 && length <= frameBytes) return;
  throw new FlashError('usage', `a packet cannot have ${length} bytes`, {
    advice: `a frame of this port has ${frameBytes}, and a packet is in one frame`,
  });
}

/** Nobody sees anything in these any more. One call for all: each costs as much as several packets. */
export function detach(buffers: readonly ArrayBuffer[]): void {
  const transfer = buffers.filter(({ byteLength }) => byteLength > 0);
  if (transfer.length > 0) structuredClone(undefined, { transfer });
}
