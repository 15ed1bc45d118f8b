import type { RingMemory } from '../../../../ffi/ring.js';
import { allot, claim, framesOn, type OwnerBytes } from '../../../../../nf/monitor/owner-bytes.js';

const ringSize = 4;
const entryBytes = 8;
const frameSize = 2048;

/** A ring that brings frames to a program, as both see it. */
interface ArrivalRing {
  readonly memory: RingMemory;
  /** False if there is no room. */
  readonly bring: (frame: number) => boolean;
}

function makeRing(): ArrivalRing {
  const entries = new DataView(new ArrayBuffer(ringSize * entryBytes));
  // The indices wrap around soon.
  const index = (): Uint32Array => new Uint32Array([0xfffffffe]);
  const memory = { producer: index(), consumer: index(), flags: new Uint32Array(1), entries, size: ringSize };
  return {
    memory,
    bring(frame) {
      const at = memory.producer[0] ?? 0;
      if ((at - (memory.consumer[0] ?? 0)) >>> 0 === ringSize) return false;
      entries.setBigUint64((at % ringSize) * entryBytes, BigInt(frame * frameSize + 256), true);
      memory.producer[0] = at + 1;
      return true;
    },
  };
}

/** A function and all frames that are its, wherever they are. */
interface SharingFunction {
  readonly number: number;
  state: 'lives' | 'has died' | 'is cut off';
  held: number[];
  fill: number[];
  stash: number[];
  tx: number[];
  rx: ArrivalRing;
  completion: ArrivalRing;
  /** Frames that it has read from one of these, of which it has said so many to be its own, and not released. */
  taking?: { readonly ring: ArrivalRing; readonly frames: readonly number[]; said: number };
}

export interface SharedFunctions {
  readonly bytes: OwnerBytes;
  /** Something that a function or the kernel does next. */
  readonly step: () => void;
  /** One that lives dies, maybe in the middle of something. */
  readonly die: () => void;
  /** The monitor notices one that has died; without a monitor nobody does, but the kernel lets go of it. */
  readonly notice: (monitor: boolean) => void;
  /** Another program becomes one that is cut off, while the others go on. Returns how many frames it has. */
  readonly rejoin: () => number | undefined;
  /** Those that more than one function has, or the kernel for more than one. */
  readonly hadTwice: () => readonly number[];
  /** Until nobody has anything to take any more. */
  readonly comeToRest: () => void;
  /** The frames of each that lives, by its number. */
  readonly frames: () => ReadonlyMap<number, readonly number[]>;
}

const arrived = ({ memory }: ArrivalRing, frameCount: number): number[] =>
  framesOn(memory, entryBytes, frameSize, frameCount);

/** Functions that share a memory, and a kernel that exchanges frames between them. `random` is below its argument. */
export function shareMemory(members: number, share: number, spare: number, random: (below: number) => number) {
  const bytes = new Uint8Array(members * share + spare);
  const fresh = () => ({ held: [], fill: [], stash: [], tx: [], rx: makeRing(), completion: makeRing() });
  const functions: SharingFunction[] = Array.from({ length: members }, (_, index) => ({
    ...{ number: index + 1, state: 'lives' as const },
    ...fresh(),
  }));
  const any = (state: SharingFunction['state']): SharingFunction | undefined => {
    const some = functions.filter((each) => each.state === state);
    return some[random(some.length)];
  };
  const start = (fn: SharingFunction, frames: number[]): void => {
    Object.assign(fn, fresh(), { held: frames, state: 'lives', taking: undefined });
  };
  for (const fn of functions) {
    allot(bytes, fn.number, share, []);
    start(fn, owned(fn.number));
  }

  function owned(number: number): number[] {
    return [...bytes.keys()].filter((frame) => bytes[frame] === number);
  }

  const take = (fn: SharingFunction): void => {
    if (fn.taking === undefined) {
      const ring = random(2) === 0 ? fn.rx : fn.completion;
      const frames = arrived(ring, bytes.length);
      if (frames.length > 0) fn.taking = { ring, frames: frames.slice(0, 1 + random(frames.length)), said: 0 };
    } else if (fn.taking.said < fn.taking.frames.length) {
      bytes[fn.taking.frames[fn.taking.said++] ?? 0] = fn.number;
    } else {
      const { memory } = fn.taking.ring;
      memory.consumer[0] = (memory.consumer[0] ?? 0) + fn.taking.frames.length;
      fn.held.push(...fn.taking.frames);
      delete fn.taking;
    }
  };

  const exchange = (source: SharingFunction): void => {
    const targets = functions.filter(({ state }) => state !== 'is cut off');
    const target = targets[random(targets.length)];
    const [frame] = source.tx;
    const [empty] = target?.stash.concat(target.fill) ?? [];
    if (target === undefined || frame === undefined || empty === undefined || source === target) return;
    const [rx, completion] = [target.rx.memory, source.completion.memory];
    if (isFull(rx) || isFull(completion)) return;
    source.tx.shift();
    (target.stash.length > 0 ? target.stash : target.fill).shift();
    target.rx.bring(frame);
    source.completion.bring(empty);
  };

  const move = (from: number[], to: number[]): void => void to.push(...from.splice(0, 1));
  const bring = (from: number[], ring: ArrivalRing): void => {
    if (from[0] !== undefined && ring.bring(from[0])) from.shift();
  };
  const deeds: readonly ((fn: SharingFunction) => void)[] = [
    ...[take, take, take, take, take],
    (fn) => fn.state === 'lives' && move(fn.held, fn.fill),
    (fn) => fn.state === 'lives' && move(fn.held, fn.tx),
    ...[exchange, exchange],
    (fn) => move(fn.fill, fn.stash),
    (fn) => bring(fn.fill, fn.rx),
    (fn) => bring(fn.tx, fn.completion),
  ];

  const step = (): void => {
    const fn = any(random(4) === 0 ? 'has died' : 'lives');
    const deed = deeds[random(deeds.length)];
    if (fn !== undefined && deed !== undefined && (fn.state === 'lives' || deed !== take)) deed(fn);
  };

  const whole = (fn: SharingFunction): number[] => [
    ...[...fn.held, ...fn.fill, ...fn.stash, ...fn.tx],
    ...arrived(fn.rx, bytes.length),
    ...arrived(fn.completion, bytes.length),
  ];
  /** The others go on while the monitor looks at one after the other. */
  const looked = function* (fn: SharingFunction): Iterable<number> {
    for (const ring of [fn.completion, fn.rx])
      for (const frame of arrived(ring, bytes.length)) {
        for (let count = random(random(4) === 0 ? 80 : 4); count > 0; count--) step();
        yield frame;
      }
  };

  const here: SharedFunctions = {
    bytes,
    step,
    die() {
      const fn = any('lives');
      if (fn !== undefined) fn.state = 'has died';
    },
    notice(monitor) {
      const fn = any('has died');
      if (fn === undefined) return;
      fn.state = 'is cut off';
      if (monitor) for (const ring of [fn.rx, fn.completion]) claim(bytes, fn.number, arrived(ring, bytes.length));
    },
    rejoin() {
      const fn = any('is cut off');
      if (fn === undefined) return undefined;
      const others = functions.filter(({ state }) => state !== 'is cut off');
      const count = allot(
        bytes,
        fn.number,
        share,
        others.map((other) => ({ number: other.number, unconsumed: () => looked(other) })),
      );
      step();
      start(fn, owned(fn.number));
      return count;
    },
    hadTwice() {
      const all = functions.filter(({ state }) => state !== 'is cut off').flatMap(whole);
      return all.filter((frame, index) => all.indexOf(frame) !== index);
    },
    comeToRest() {
      for (const fn of functions.filter(({ state }) => state === 'lives'))
        while (
          fn.taking !== undefined ||
          arrived(fn.rx, bytes.length).length + arrived(fn.completion, bytes.length).length > 0
        )
          take(fn);
    },
    frames: () => new Map(functions.filter(({ state }) => state === 'lives').map((fn) => [fn.number, whole(fn)])),
  };
  return here;
}

function isFull({ producer, consumer, size }: RingMemory): boolean {
  return ((producer[0] ?? 0) - (consumer[0] ?? 0)) >>> 0 === size;
}
