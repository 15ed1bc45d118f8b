import { identifyMemory, mapReceivedMemory, mapSealedMemory, type SealedMemory } from '../../harness/ffi/memory.js';
import type { MemorySize } from './chain-file.js';
import type { SharedMemory } from './surroundings.js';

/** Of a memory that functions share, its frames. */
const framesOf = new WeakMap<SharedMemory, SealedMemory>();

export function mappingOf(memory: SharedMemory): SealedMemory {
  const frames = framesOf.get(memory);
  if (frames === undefined) throw new Error('a memory of nobody');
  return frames;
}

const bytesOf = ({ frames, frameSize }: MemorySize): number => frames * frameSize;

export function makeSharedMemory(size: MemorySize): SharedMemory {
  const frames = mapSealedMemory('flash-umem', bytesOf(size));
  try {
    return shared(size, frames, mapSealedMemory('flash-owners', size.frames));
  } catch (error) {
    frames.unmap();
    throw error;
  }
}

/** What programs hand back is what they were given, or it is not taken. */
export function takeSharedMemory(id: string, size: MemorySize, fds: readonly number[]): SharedMemory | undefined {
  const named = new Map(fds.map((fd) => [identifyMemory(fd), fd]));
  const [frames, owners] = id.split(' ').map((each) => named.get(each));
  if (frames === undefined || owners === undefined) return undefined;
  const framesMapping = mapReceivedMemory(frames, bytesOf(size));
  const ownersMapping = mapReceivedMemory(owners, size.frames);
  if (framesMapping !== undefined && ownersMapping !== undefined) return shared(size, framesMapping, ownersMapping);
  framesMapping?.unmap();
  ownersMapping?.unmap();
  return undefined;
}

function shared(size: MemorySize, frames: SealedMemory, owners: SealedMemory): SharedMemory {
  const memory: SharedMemory = {
    id: `${identifyMemory(frames.fd)} ${identifyMemory(owners.fd)}`,
    size,
    owners: new Uint8Array(owners.buffer),
    fds: [frames.fd, owners.fd],
    close() {
      frames.unmap();
      owners.unmap();
    },
  };
  framesOf.set(memory, frames);
  return memory;
}
