import koffi from 'koffi';
import { libc } from './libc.js';
import { NativeError } from './native-error.js';

const protReadWrite = 3;
const mapShared = 1;
const mapPopulate = 0x8000;
const mapAnonymous = 0x20;
const mapHugePages = 0x40000;

export const hugePageBytes = 2 * 1024 * 1024;

/** Memory outside of JavaScript's heap. Views of it must not be used after it is unmapped. */
export interface Mapping {
  readonly address: bigint;
  readonly buffer: ArrayBuffer;
  readonly unmap: () => void;
}

export function mapAnonymousMemory(lengthBytes: number): Mapping {
  return map(`mapping ${lengthBytes} bytes`, lengthBytes, mapShared | mapAnonymous, -1, 0n);
}

/** In huge pages, which the machine must have set aside (/proc/sys/vm/nr_hugepages). */
export function mapHugePageMemory(lengthBytes: number): Mapping {
  const wholePages = Math.ceil(lengthBytes / hugePageBytes) * hugePageBytes;
  return map(`mapping ${wholePages} bytes of huge pages`, wholePages, mapShared | mapAnonymous | mapHugePages, -1, 0n);
}

const pageBytes = 4096;

/** Whole pages, as the kernel has them. */
export function mapRing(fd: number, lengthBytes: number, offset: bigint): Mapping {
  const wholePages = Math.ceil(lengthBytes / pageBytes) * pageBytes;
  return map(`mapping a ring of socket ${fd} at ${offset}`, wholePages, mapShared | mapPopulate, fd, offset);
}

function map(attempted: string, lengthBytes: number, flags: number, fd: number, offset: bigint): Mapping {
  const result = BigInt(libc.mmap(null, lengthBytes, protReadWrite, flags, fd, offset) as number | bigint);
  if (result === -1n) throw new NativeError(attempted, koffi.errno());
  return {
    address: result,
    buffer: koffi.view(result, lengthBytes),
    unmap: () => void libc.munmap(result, lengthBytes),
  };
}
