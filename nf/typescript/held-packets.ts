import { FlashError } from '../../harness/errors.js';
import type { Place } from '../../harness/ffi/packet-table.js';
import {
  detach,
  holdPacket,
  knownOf,
  takeAway,
  type Departure,
  type HeldPacket,
  type Packet,
  type PacketMemory,
} from './packet.js';

/** The packets that a program has, each in a frame that is in nobody else's hands. */
export interface HeldPackets {
  readonly count: () => number;
  /** How many places could not be, and were not believed. */
  readonly impossible: () => number;
  /**
   * Packets at places that the rings name. Not believed are one that is not in the memory, which is ignored; one
   * whose frame the program has already, which is ignored, too; and one that is longer than its frame, which comes
   * back as unusable.
   */
  readonly accept: (places: readonly Place[]) => { readonly packets: Packet[]; readonly unusable: readonly Place[] };
  /** Those of packets that are here, or nothing is done and it says what is wrong. */
  readonly lookUp: (packets: Iterable<Packet>, attempted: string) => readonly HeldPacket[];
  /** Those of packets that are still here. */
  readonly present: (packets: readonly Packet[]) => readonly HeldPacket[];
  readonly remove: (leaving: readonly HeldPacket[], how: Departure) => void;
  readonly all: () => readonly HeldPacket[];
}

export function holdPackets(memory: PacketMemory): HeldPackets {
  const held = new Set<HeldPacket>();
  const find = (packet: Packet): HeldPacket | undefined => {
    const each = knownOf(packet);
    return each !== undefined && held.has(each) ? each : undefined;
  };
  const inHand = new Uint8Array(memory.memory.length / memory.frameBytes);
  let impossible = 0;

  return {
    count: () => held.size,
    impossible: () => impossible,
    accept(places) {
      const packets: Packet[] = [];
      const unusable: Place[] = [];
      for (const place of places) {
        const frame = Math.floor(place.addr / memory.frameBytes);
        const isFree = inHand[frame] === 0;
        if (isFree && fitsInFrame(place, memory.frameBytes)) {
          const each = holdPacket(memory, place);
          inHand[frame] = 1;
          held.add(each);
          packets.push(each.packet);
        } else {
          impossible++;
          if (isFree) unusable.push(place);
        }
      }
      return { packets, unusable };
    },
    lookUp(packets, attempted) {
      const found = new Set<HeldPacket>();
      for (const packet of packets) {
        const each = find(packet);
        if (each === undefined) refuse(attempted, 'is not there: it was sent or dropped, or is of another port');
        if (found.has(each)) refuse(attempted, 'is there twice');
        found.add(each);
      }
      return [...found];
    },
    present: (packets) => packets.map((packet) => find(packet)).filter((each) => each !== undefined),
    remove(leaving, how) {
      const buffers: ArrayBuffer[] = [];
      for (const each of leaving) {
        held.delete(each);
        inHand[each.frame] = 0;
        const buffer = takeAway(each, how);
        if (buffer !== undefined) buffers.push(buffer);
      }
      detach(buffers);
    },
    all: () => [...held],
  };
}

const fitsInFrame = ({ addr, length }: Place, frameBytes: number): boolean =>
  (addr % frameBytes) + length <= frameBytes;

function refuse(attempted: string, why: string): never {
  throw new FlashError('usage', `${attempted}: a packet ${why}`, {
    advice: 'a packet is sent or dropped once; to send it twice, make another one of its bytes with create()',
  });
}
