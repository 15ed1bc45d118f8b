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
  readonly frame: number;
  readonly place: () => Place;
  /** Puts in the frame what the program has in its hands. */
  readonly writeBack: () => void;
  /** From now on the packet is nobody's. What is returned is to be detached. */
  readonly leave: (how: Departure) => readonly ArrayBuffer[];
}

/** The memory that packets are in, and how much of it one may take. */
export interface PacketMemory {
  readonly memory: Uint8Array;
  readonly frameBytes: number;
}

/**
 * Bytes are copied. A view of the memory itself would go on showing it after the packet has left, when it has the
 * next one, or belongs to the kernel: Node cannot detach an ArrayBuffer of foreign memory (structuredClone() copies
 * it, without a word), and to make one takes longer than to copy a packet.
 */
export function holdPacket({ memory, frameBytes }: PacketMemory, received: Place): HeldPacket {
  const frame = Math.floor(received.addr / frameBytes);
  let place = received;
  let gone: Departure | undefined;
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  let view: DataView | undefined;
  let edge = 0;

  const requireHere = (): void => {
    if (gone === undefined) return;
    throw new FlashError('usage', `a packet was touched that was ${gone}`, {
      advice: 'copy what you want to keep of a packet before it leaves: packet.bytes.slice()',
    });
  };
  const getBytes = (): Uint8Array<ArrayBuffer> => {
    requireHere();
    bytes ??= memory.slice(place.addr, place.addr + place.length);
    return bytes;
  };
  const packet: Packet = {
    get length() {
      requireHere();
      return place.length;
    },
    get bytes() {
      return getBytes();
    },
    get view() {
      const { buffer } = getBytes();
      view ??= new DataView(buffer);
      return view;
    },
    get edge() {
      return edge;
    },
    set edge(chosen) {
      requireHere();
      edge = chosen;
    },
    replace(content) {
      requireHere();
      requireLength(content.length, frameBytes);
      const before = bytes === undefined ? [] : [bytes.buffer];
      const frameStart = frame * frameBytes;
      const start = Math.min(place.addr - frameStart, frameBytes - content.length);
      place = { addr: frameStart + start, length: content.length };
      bytes = new Uint8Array(content);
      view = undefined;
      detach(before);
    },
  };

  return {
    packet,
    frame,
    place: () => place,
    writeBack() {
      if (bytes === undefined) return;
      if (bytes.length !== place.length)
        throw new FlashError('usage', 'a packet cannot be sent: its bytes were transferred to somebody else', {
          advice: 'pass a copy on: packet.bytes.slice()',
        });
      memory.set(bytes, place.addr);
    },
    leave(how) {
      gone = how;
      const buffers = bytes === undefined ? [] : [bytes.buffer];
      bytes = undefined;
      view = undefined;
      return buffers;
    },
  };
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
