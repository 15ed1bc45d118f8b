import type { NativePort, Prepared } from '../../../../ffi/flash-port.js';
import { makePacketTable, type Place } from '../../../../ffi/packet-table.js';

export interface SentPacket extends Place {
  readonly edge: number;
  readonly bytes: Uint8Array;
}

/** A port in C of which a test says what is on its rings. */
export interface FakePort extends NativePort {
  readonly rx: Place[];
  readonly tx: SentPacket[];
  readonly freeFrames: number[];
  /** The addresses of what was given back. */
  readonly released: number[];
  /** How often each function was called. */
  readonly calls: Record<string, number>;
  /** What prepare() says, one after the other and then the last one again. */
  readonly says: Prepared[];
  txRoom: number;
  edgeCount: number;
}

export const frameBytes = 2048;
const frames = 1024;

export const ready: Prepared = { outcome: 'ready', events: [], timeoutMs: 1 };
export const maySleep = (timeoutMs: number): Prepared => ({ outcome: 'maySleep', events: [], timeoutMs });

export function makeFakePort(): FakePort {
  const memory = new Uint8Array(frames * frameBytes);
  const table = makePacketTable(256);
  const calls: Record<string, number> = {};
  const counted = <Arguments extends unknown[], Result>(name: string, work: (...args: Arguments) => Result) => {
    calls[name] = 0;
    return (...args: Arguments): Result => {
      calls[name] = (calls[name] ?? 0) + 1;
      return work(...args);
    };
  };
  const edgeOf = (index: number): number => table.memory[index * 6 + 5] ?? -1;
  const fake: FakePort = {
    ...{ memory, frameBytes, table, calls, rx: [], tx: [], freeFrames: [], released: [], says: [ready] },
    ...{ txRoom: 2048, edgeCount: 2 },
    receive: counted('receive', (max) => {
      const places = fake.rx.splice(0, Math.min(max, table.capacity));
      for (const [index, place] of places.entries()) table.write(index, place);
      return places.length;
    }),
    take: counted('take', (max) => {
      const taken = fake.freeFrames.splice(0, max);
      for (const [index, addr] of taken.entries()) table.write(index, { addr, length: 0 });
      return taken.length;
    }),
    send: counted('send', (count) => {
      const sent = Math.min(count, fake.txRoom);
      fake.txRoom -= sent;
      for (let index = 0; index < sent; index++) {
        const { addr, length } = table.read(index);
        fake.tx.push({ addr, length, edge: edgeOf(index), bytes: memory.slice(addr, addr + length) });
      }
      return sent;
    }),
    release: counted('release', (count) => {
      for (let index = 0; index < count; index++) fake.released.push(table.read(index).addr);
    }),
    room: () => fake.txRoom,
    pending: () => 0,
    free: () => fake.freeFrames.length,
    edges: () => fake.edgeCount,
    leaving: () => false,
    monitored: () => false,
    prepare: counted('prepare', () => (fake.says.length > 1 ? fake.says.shift() : fake.says[0]) ?? ready),
    stats: () => ({
      ...{ rx_packets: 1, rx_bytes: 2n, tx_packets: 3, tx_bytes: 4, tx_full: 5, kicks: 6, sleeps: 7, busy_waits: 8 },
      kernel: {
        ...{ rx_dropped: 9, rx_invalid_descs: 10, tx_invalid_descs: 11 },
        ...{ rx_ring_full: 12, rx_fill_ring_empty_descs: 13, tx_ring_empty_descs: 14 },
      },
    }),
    close: counted('close', () => undefined),
  };
  return fake;
}

/** Packets of so many bytes, all of which are its number, each in the frame of that number. */
export function bring(fake: FakePort, numbers: readonly number[], length = 64): void {
  for (const number of numbers) {
    const addr = number * frameBytes + 256;
    fake.memory.fill(number, addr, addr + length);
    fake.rx.push({ addr, length });
  }
}
