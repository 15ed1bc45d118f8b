import { closeSync, openSync, readSync } from 'node:fs';
import type { AllRingOffsets, RingOffsets } from '../ffi/xdp-options.js';
import { needWakeupFlag } from '../ffi/ring.js';
import type { RingFacts, RingName } from './facts.js';
import type { RingMapping } from './mappings.js';

/**
 * Reads rings where processes have them mapped, by /proc/PID/mem: that neither stops a process nor keeps one of its
 * sockets open.
 */
export interface RingReader extends Disposable {
  /** Undefined if its process has ended, or is not for this user to look at. */
  readonly read: (mapping: RingMapping, size: number) => RingFacts | undefined;
  /** Forgets processes that are none of these. */
  readonly keepOnly: (pids: ReadonlySet<number>) => void;
}

const looks = 3;

export function createRingReader(offsets: AllRingOffsets): RingReader {
  const memories = new Map<number, number | undefined>();
  const bytes = Buffer.alloc(4096);
  const of: Readonly<Record<RingName, RingOffsets>> = {
    ...{ rx: offsets.rx, tx: offsets.tx, fill: offsets.fr, completion: offsets.cr },
  };

  const memoryOf = (pid: number): number | undefined => {
    if (!memories.has(pid)) memories.set(pid, openMemory(pid));
    return memories.get(pid);
  };
  const forget = (pid: number): void => {
    const fd = memories.get(pid);
    if (fd !== undefined) closeSync(fd);
    memories.delete(pid);
  };
  const readHead = (mapping: RingMapping, length: number): boolean => {
    const fd = memoryOf(mapping.pid);
    if (fd === undefined) return false;
    try {
      return readSync(fd, bytes, 0, length, mapping.address) === length;
    } catch {
      return false;
    }
  };

  return {
    read(mapping, size) {
      const { producer, consumer, flags } = of[mapping.ring];
      const length = Math.max(producer, consumer, flags) + 4;
      let facts: RingFacts | undefined;
      // The indices are not read at one moment: what looks impossible may have moved in between.
      for (let look = 0; look < looks && (facts === undefined || facts.used > size); look++) {
        if (!readHead(mapping, length)) {
          forget(mapping.pid);
          return undefined;
        }
        facts = ringFacts(size, bytes.readUInt32LE(producer), bytes.readUInt32LE(consumer), bytes.readUInt32LE(flags));
      }
      return facts;
    },
    keepOnly(pids) {
      for (const pid of [...memories.keys()]) if (!pids.has(pid)) forget(pid);
    },
    [Symbol.dispose]() {
      for (const pid of [...memories.keys()]) forget(pid);
    },
  };
}

export function ringFacts(size: number, producer: number, consumer: number, flags: number): RingFacts {
  return { size, producer, consumer, used: (producer - consumer) >>> 0, needsWakeup: (flags & needWakeupFlag) !== 0 };
}

function openMemory(pid: number): number | undefined {
  try {
    return openSync(`/proc/${pid}/mem`, 'r');
  } catch {
    return undefined;
  }
}
