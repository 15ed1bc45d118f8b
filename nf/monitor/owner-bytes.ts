import type { RingMemory } from '../../harness/ffi/ring.js';

/**
 * Whose each frame is of a memory that functions share, by the number of the function. A function writes its number to
 * the byte of each frame that it takes from RX or from its completion ring, before it releases the entry of the ring,
 * and nobody writes to it otherwise while the function lives. So, when one dies and another one takes its place:
 *
 * | where a frame is                                   | its byte         | whose it becomes                          |
 * |----------------------------------------------------|------------------|-------------------------------------------|
 * | held by the program, or free there                 | the dead one's   | the next one's                            |
 * | on its fill ring or its TX, in its stash, or with  | the dead one's   | the next one's, once the queue is free    |
 * | its driver                                         |                  |                                           |
 * | on its RX or its completion ring, exchanged or not | anybody's        | the next one's: claim(), when it is cut   |
 * |                                                    |                  | off and nothing more arrives              |
 * | exchanged: on RX or the completion ring of another | the dead one's   | the other one's: allot() passes it on,    |
 * | one, who lives and has not taken it                |                  | unless that one takes it first            |
 * | the same, and the other one is dead, too           | the other one's  | as said of the other one by claim()       |
 * | on rings of the living otherwise, or held by them  | theirs           | theirs                                    |
 *
 * Functions may write what they like: that harms those that share the memory, and nobody else.
 */
export type OwnerBytes = Uint8Array;

export const nobody = 0;

/** A function that is there. */
export interface LivingMember {
  readonly number: number;
  /** Frames on its RX and its completion ring that it has not released, and maybe some that it just has. */
  readonly unconsumed: () => Iterable<number>;
}

/** Of a function that is cut off and will not take them: they are the next one's who is it. */
export function claim(bytes: OwnerBytes, number: number, unconsumed: Iterable<number>): void {
  for (const frame of unconsumed) Atomics.store(bytes, frame, number);
}

/**
 * Of a function that is not there yet, as nobody's socket is in its place any more: gives it its share, of the frames
 * that are said to be its own first, and then of those that are nobody's. What it has beyond that becomes nobody's.
 * Returns how many it has.
 */
export function allot(bytes: OwnerBytes, number: number, share: number, living: readonly LivingMember[]): number {
  passOn(bytes, number, living);
  let count = 0;
  for (let frame = bytes.indexOf(number); frame >= 0; frame = bytes.indexOf(number, frame + 1))
    if (count < share) count++;
    else Atomics.compareExchange(bytes, frame, number, nobody);
  for (let frame = bytes.indexOf(nobody); frame >= 0 && count < share; frame = bytes.indexOf(nobody, frame + 1))
    if (Atomics.compareExchange(bytes, frame, nobody, number) === nobody) count++;
  return count;
}

/** Of a function that is not to be there again, and whose socket is gone. */
export function disown(bytes: OwnerBytes, number: number, living: readonly LivingMember[]): void {
  allot(bytes, number, 0, living);
}

/**
 * What lies on rings of the living is theirs. They may take it at the same time, and send it on: then the byte is
 * somebody else's by now, and stays so.
 */
function passOn(bytes: OwnerBytes, number: number, living: readonly LivingMember[]): void {
  for (const member of living)
    for (const frame of member.unconsumed()) Atomics.compareExchange(bytes, frame, number, member.number);
}

/**
 * The frames on a ring that its consumer has not released. Both indices and all entries are what programs may have
 * written: there are no more than the ring has entries, and none that the memory does not have. The consumer is read
 * first: what is released meanwhile is told, too, rather than what was released long ago.
 */
export function framesOn(ring: RingMemory, entryBytes: number, frameSize: number, frameCount: number): number[] {
  const start = Atomics.load(ring.consumer, 0);
  const count = Math.min((Atomics.load(ring.producer, 0) - start) >>> 0, ring.size);
  const frames: number[] = [];
  for (let index = 0; index < count; index++) {
    const at = (((start + index) & (ring.size - 1)) >>> 0) * entryBytes;
    const frame = Math.floor(ring.entries.getUint32(at, true) / frameSize);
    if (ring.entries.getUint32(at + 4, true) === 0 && frame < frameCount) frames.push(frame);
  }
  return frames;
}
