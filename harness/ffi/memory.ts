import { fstatSync } from 'node:fs';
import koffi from 'koffi';
import { libc } from './libc.js';
import { checkErrno, NativeError } from './native-error.js';

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

/** Memory that processes share by its descriptor, and none of them can shrink or grow. */
export interface SealedMemory extends Mapping {
  readonly fd: number;
}

const memfdFlags = { closeOnExec: 1, allowSealing: 2, noExec: 8 } as const;
const addSeals = 1033;
const duplicateCloseOnExec = 1030;
const seals = { seal: 1, shrink: 2, grow: 4 } as const;

/** Unmapping closes the descriptor, too. */
export function mapSealedMemory(name: string, lengthBytes: number): SealedMemory {
  const attempted = `making ${lengthBytes} bytes of shared memory`;
  const withoutExec = libc.memfdCreate(name, memfdFlags.closeOnExec | memfdFlags.allowSealing | memfdFlags.noExec);
  // Kernels before 6.3 do not know MFD_NOEXEC_SEAL.
  const fd =
    (withoutExec as number) < 0
      ? libc.memfdCreate(name, memfdFlags.closeOnExec | memfdFlags.allowSealing)
      : withoutExec;
  checkErrno(attempted, fd as number);
  try {
    checkErrno(attempted, libc.ftruncate(fd, lengthBytes));
    checkErrno(attempted, libc.fcntl(fd, addSeals, seals.seal | seals.shrink | seals.grow));
    return keep(map(attempted, lengthBytes, mapShared, fd as number, 0n), fd as number);
  } catch (error) {
    libc.close(fd);
    throw error;
  }
}

const getSeals = 1034;

/**
 * By which memory is known again: nothing else has it as long as the memory is there. Undefined for what is no memory: of
 * any other file nothing is asked, as a filesystem of somebody else may never answer.
 */
export function identifyMemory(fd: number): string | undefined {
  if (!isSealable(fd)) return undefined;
  const { dev, ino } = fstatSync(fd, { bigint: true });
  return `${dev}:${ino}`;
}

/** Whether it is memory of memfd_create(), and not a file that looks like one. */
export const isSealable = (fd: number): boolean => (libc.fcntl(fd, getSeals, 0) as number) >= 0;

/** Memory that somebody else has made and handed over; undefined if it has not as many bytes for good. */
export function mapReceivedMemory(fd: number, lengthBytes: number): SealedMemory | undefined {
  const attempted = `mapping ${lengthBytes} bytes of shared memory`;
  const sealed = libc.fcntl(fd, getSeals, 0) as number;
  if (sealed < 0 || (sealed & seals.shrink) === 0 || fstatSync(fd).size !== lengthBytes) return undefined;
  const own = checkErrno(attempted, libc.fcntl(fd, duplicateCloseOnExec, 0));
  try {
    return keep(map(attempted, lengthBytes, mapShared, own, 0n), own);
  } catch (error) {
    libc.close(own);
    throw error;
  }
}

function keep(mapping: Mapping, fd: number): SealedMemory {
  return {
    ...{ ...mapping, fd },
    unmap() {
      mapping.unmap();
      libc.close(fd);
    },
  };
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
