import { pageOffset } from './libc.js';
import { mapRing, type Mapping } from './memory.js';
import { entryBytes, type RingMemory } from './ring.js';
import { readRingOffsets, type RingOffsets } from './xdp-options.js';

export interface MappedRing {
  readonly memory: RingMemory;
  readonly mapping: Mapping;
}

/** A ring of so many entries of so many bytes, at `page` of the socket. */
export function mapRingMemory(fd: number, size: number, page: bigint, offset: RingOffsets, bytes: number): MappedRing {
  const mapping = mapRing(fd, offset.desc + size * bytes, page);
  const memory = {
    producer: new Uint32Array(mapping.buffer, offset.producer, 1),
    consumer: new Uint32Array(mapping.buffer, offset.consumer, 1),
    flags: new Uint32Array(mapping.buffer, offset.flags, 1),
    entries: new DataView(mapping.buffer, offset.desc, size * bytes),
    size,
  };
  return { memory, mapping };
}

/** The rings that bring frames to the program, of a socket that somebody else set up with so many entries each. */
export interface ArrivalRings extends Disposable {
  readonly rx: RingMemory;
  readonly completion: RingMemory;
}

export function mapArrivalRings(fd: number, size: number): ArrivalRings {
  const offsets = readRingOffsets(fd);
  const rx = mapRingMemory(fd, size, pageOffset.rx, offsets.rx, entryBytes.descriptor);
  try {
    const completion = mapRingMemory(fd, size, pageOffset.completion, offsets.cr, entryBytes.address);
    return {
      ...{ rx: rx.memory, completion: completion.memory },
      [Symbol.dispose]() {
        rx.mapping.unmap();
        completion.mapping.unmap();
      },
    };
  } catch (error) {
    rx.mapping.unmap();
    throw error;
  }
}
