import koffi from 'koffi';
import { layouts } from './layouts.js';

/** Where a packet is in the memory, in bytes. */
export interface Place {
  readonly addr: number;
  readonly length: number;
}

/** An array of struct flash_packet, which a whole batch is handed over in. */
export interface PacketTable {
  readonly capacity: number;
  readonly memory: Uint32Array;
  /** As the rings say it, whatever that is. */
  readonly read: (index: number) => Place;
  readonly write: (index: number, place: Place, edge?: number) => void;
}

const wordBytes = Uint32Array.BYTES_PER_ELEMENT;
const words = koffi.sizeof(layouts.flash_packet) / wordBytes;
const wordOf = (field: string): number => koffi.offsetof(layouts.flash_packet, field) / wordBytes;
const at = { addr: wordOf('addr'), length: wordOf('len'), edge: wordOf('edge') } as const;
const upperWord = 2 ** 32;

export function makePacketTable(capacity: number): PacketTable {
  const memory = new Uint32Array(capacity * words);
  const word = (index: number): number => memory[index] ?? 0;
  return {
    capacity,
    memory,
    read: (index) => ({
      addr: word(index * words + at.addr) + word(index * words + at.addr + 1) * upperWord,
      length: word(index * words + at.length),
    }),
    write(index, { addr, length }, edge = 0) {
      memory[index * words + at.addr] = addr % upperWord;
      memory[index * words + at.addr + 1] = Math.floor(addr / upperWord);
      memory[index * words + at.length] = length;
      memory[index * words + at.edge] = edge;
    },
  };
}
