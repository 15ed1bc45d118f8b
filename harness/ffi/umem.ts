import { hugePageBytes, mapAnonymousMemory, mapHugePageMemory, type Mapping } from './memory.js';

export interface UmemOptions {
  readonly frameCount: number;
  readonly frameSize?: number;
  readonly headroom?: number;
  readonly unaligned?: boolean;
  /** So that a device finds frames that cross a page in one piece, as unaligned ones in zero-copy mode must be. */
  readonly hugePages?: boolean;
  /** Where it is to be, instead of memory of its own. */
  readonly memory?: Mapping;
}

/**
 * Packet memory and the frames of it that the test holds: neither on a ring nor with the kernel.
 * Sockets register themselves as they open.
 */
export interface Umem extends Disposable {
  readonly frameCount: number;
  readonly frameSize: number;
  readonly headroom: number;
  readonly unaligned: boolean;
  readonly address: bigint;
  readonly lengthBytes: number;
  /** Every frame, as the address of its first byte. */
  readonly frames: readonly number[];
  /** Frames in nobody's hands. */
  readonly freeFrames: readonly number[];
  /** Takes frames out of the free ones; throws when there are too few. */
  readonly take: (count: number) => number[];
  /** Returns frames, given by any address inside of them. */
  readonly give: (addresses: readonly number[]) => void;
  readonly frameOf: (address: number) => number;
  readonly read: (address: number, lengthBytes: number) => Uint8Array;
  readonly write: (address: number, bytes: Uint8Array) => void;
  readonly close: () => void;
}

/** In a UMEM of unaligned chunks the frames are this far apart, so that none starts at a power of two. */
const unalignedGap = 72;

/** One behind the other, without those that would lie in two pieces. */
function chooseFrames(count: number, stride: number, pieceBytes = Number.POSITIVE_INFINITY): number[] {
  const frames: number[] = [];
  for (let start = 0; frames.length < count; start += stride) {
    if (Math.floor(start / pieceBytes) === Math.floor((start + stride - 1) / pieceBytes)) frames.push(start);
  }
  return frames;
}

export function createUmem({
  frameCount,
  frameSize = 2048,
  headroom = 0,
  unaligned = false,
  hugePages = false,
  memory,
}: UmemOptions): Umem {
  const stride = unaligned ? frameSize + unalignedGap : frameSize;
  const frames = chooseFrames(frameCount, stride, hugePages ? hugePageBytes : undefined);
  const lengthBytes = Math.ceil(((frames.at(-1) ?? 0) + stride) / frameSize) * frameSize;
  const mapping = memory ?? (hugePages ? mapHugePageMemory(lengthBytes) : mapAnonymousMemory(lengthBytes));
  const bytes = new Uint8Array(mapping.buffer);
  const freeFrames = [...frames];
  const frameOf = (address: number): number => Math.floor(address / stride) * stride;
  let open = true;

  const requireOpen = (): void => {
    if (!open) throw new Error('the UMEM is closed');
  };
  const close = (): void => {
    if (open) mapping.unmap();
    open = false;
  };

  return {
    ...{
      frameCount,
      frameSize,
      headroom,
      unaligned,
      lengthBytes,
      address: mapping.address,
      frames,
      freeFrames,
      frameOf,
    },
    take(count) {
      if (count > freeFrames.length) throw new Error(`${count} frames wanted, ${freeFrames.length} are free`);
      return freeFrames.splice(0, count);
    },
    give: (addresses) => void freeFrames.push(...addresses.map(frameOf)),
    read(address, length) {
      requireOpen();
      return bytes.slice(address, address + length);
    },
    write(address, data) {
      requireOpen();
      bytes.set(data, address);
    },
    close,
    [Symbol.dispose]: close,
  };
}
