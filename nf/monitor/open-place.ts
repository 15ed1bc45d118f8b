import { closeSync } from 'node:fs';
import { FlashError } from '../../harness/errors.js';
import { mapArrivalRings, type ArrivalRings } from '../../harness/ffi/map-rings.js';
import { mapSealedMemory, type Mapping } from '../../harness/ffi/memory.js';
import { NativeError } from '../../harness/ffi/native-error.js';
import { entryBytes } from '../../harness/ffi/ring.js';
import { findIndex, findName } from '../../harness/ffi/xdp-program.js';
import { socketCookie } from '../../harness/ffi/seqpacket.js';
import { duplicate } from '../../harness/ffi/socket-beside.js';
import { listDiagSockets } from '../../harness/ffi/sock-diag.js';
import { createUmem } from '../../harness/ffi/umem.js';
import { openSocket, type XdpSocket } from '../../harness/ffi/xdp-socket.js';
import type { ChainFunction, MemorySize } from './chain-file.js';
import { framesOn } from './owner-bytes.js';
import { mappingOf } from './shared-memory.js';
import type { Place, Queue, SharedMemory, Sharing } from './surroundings.js';

/** Where a place is, for sockets beside it. */
export const whereOf = new WeakMap<Place, Queue>();

/** What closes with a place: a socket beside it that no index leads to. */
export const spare = new WeakMap<Place, () => void>();

export function cookieOf(fd: number): string {
  const cookie = socketCookie(fd);
  if (cookie === undefined) throw new FlashError('infrastructure', `descriptor ${fd} is no socket`);
  return String(cookie);
}

export const isErrno = (error: unknown, ...errnos: readonly string[]): boolean =>
  error instanceof NativeError && errnos.includes(error.errno);

const none = (): readonly number[] => [];

/** Waits for nothing, or one function would hold up all others. */
export function openPlace(fn: ChainFunction, sharing?: Sharing): Place | 'busy' {
  try {
    return sharing === undefined ? openAlone(fn) : openBeside(fn, sharing);
  } catch (error) {
    if (isErrno(error, 'EBUSY')) return 'busy';
    throw error;
  }
}

function openAlone(fn: ChainFunction): Place {
  const { frames, frameSize = 0 } = fn;
  const memory = mapSealedMemory('flash-umem', frames * frameSize);
  try {
    const socket = openOn(fn, memory, { frames, frameSize });
    return makePlace(fn, socket, { memoryFds: [memory.fd], unconsumed: none, close: memory.unmap });
  } catch (error) {
    memory.unmap();
    throw error;
  }
}

/** The mapping stays that of whoever calls. */
function openOn(fn: ChainFunction, mapping: Mapping, { frames, frameSize }: MemorySize, umemOfFd?: number): XdpSocket {
  const { device, queue, ring } = fn;
  const umem = createUmem({ frameCount: frames, frameSize, memory: { ...mapping, unmap: () => undefined } });
  const sizes = { rxSize: ring, txSize: ring, fillSize: ring, completionSize: ring };
  return openSocket({ ifname: device, queue, umem, umemOfFd, ...sizes, queueWaitMs: 0 });
}

/** On the UMEM of one of those that are there; if there is none, the memory becomes one. */
function openBeside(fn: ChainFunction, { memory, others }: Sharing): Place {
  const socket = openWithUmem(fn, memory, others);
  const { rx, completion } = socket.rings;
  const rings = { rx: rx.memory, completion: completion.memory };
  return makePlace(fn, socket, { memoryFds: memory.fds, unconsumed: () => arrived(rings, memory.size) });
}

function openWithUmem(fn: ChainFunction, memory: SharedMemory, others: readonly Place[]): XdpSocket {
  const mapping = mappingOf(memory);
  const ifindex = findIndex(fn.device);
  for (const other of others) {
    // A socket on the same queue would have the same rings: the queue is not free.
    const where = whereOf.get(other);
    if (other.ifindex === ifindex && where?.queue === fn.queue) continue;
    try {
      return openOn(fn, mapping, memory.size, other.socketFd);
    } catch (error) {
      // One whose device is gone is bound no more.
      if (!isErrno(error, 'EBADF')) throw error;
    }
  }
  return openOn(fn, mapping, memory.size);
}

function makePlace(
  { device, queue }: Queue,
  socket: XdpSocket,
  rest: Pick<Place, 'memoryFds' | 'unconsumed'> & { readonly close?: () => void },
): Place {
  const { memoryFds, unconsumed, close } = rest;
  try {
    const place: Place = {
      ...{ socketFd: socket.fd, cookie: cookieOf(socket.fd), ifindex: socket.ifindex, memoryFds, unconsumed },
      close() {
        spare.get(place)?.();
        socket.close();
        close?.();
      },
    };
    whereOf.set(place, { device, queue });
    return place;
  } catch (error) {
    socket.close();
    throw error;
  }
}

function arrived({ rx, completion }: Pick<ArrivalRings, 'rx' | 'completion'>, size: MemorySize): readonly number[] {
  const { frameSize, frames } = size;
  return [
    ...framesOn(rx, entryBytes.descriptor, frameSize, frames),
    ...framesOn(completion, entryBytes.address, frameSize, frames),
  ];
}

export function adoptPlace(
  { device, queue, ring }: ChainFunction,
  fds: readonly number[],
  cookie: string,
  memory?: SharedMemory,
): Place | undefined {
  const fd = fds.find((each) => String(socketCookie(each)) === cookie);
  if (fd === undefined) return undefined;
  const socketFd = duplicate(fd);
  const rings = memory === undefined ? undefined : mapRingsOf(socketFd, ring);
  const place: Place = {
    ...{ socketFd, memoryFds: [], cookie, ifindex: ifindexOf(cookie) },
    unconsumed: () => (rings === undefined || memory === undefined ? [] : arrived(rings, memory.size)),
    close() {
      spare.get(place)?.();
      rings?.[Symbol.dispose]();
      closeSync(socketFd);
    },
  };
  whereOf.set(place, { device, queue });
  return place;
}

const ifindexOf = (cookie: string): number | undefined =>
  listDiagSockets()?.find((socket) => socket.cookie === cookie)?.ifindex;

/** Or closes it. */
function mapRingsOf(socketFd: number, entries: number): ArrivalRings {
  try {
    return mapArrivalRings(socketFd, entries);
  } catch (error) {
    closeSync(socketFd);
    throw error;
  }
}

const probe: MemorySize = { frames: 2, frameSize: 2048 };

/** Tries to have the queue for a moment. One that is not there any more has nobody either. */
export function isFree({ device, queue, ifindex }: Queue): boolean {
  const ifname = ifindex === undefined ? device : findName(ifindex);
  if (ifname === undefined) return true;
  const memory = mapSealedMemory('flash-probe', probe.frames * probe.frameSize);
  try {
    const umem = createUmem({ frameCount: probe.frames, frameSize: probe.frameSize, memory });
    using _socket = openSocket({ ifname, queue, umem, queueWaitMs: 0 });
    return true;
  } catch (error) {
    if (isErrno(error, 'EBUSY')) return false;
    if (isErrno(error, 'ENODEV', 'EINVAL')) return true;
    throw error;
  } finally {
    memory.unmap();
  }
}
