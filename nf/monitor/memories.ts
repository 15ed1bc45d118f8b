import { FlashError } from '../../harness/errors.js';
import { mostMembers, ownOf, type Chain, type ChainFunction, type MemorySize } from './chain-file.js';
import { allot, claim, disown, nobody, type LivingMember } from './owner-bytes.js';
import type { SavedMember, SavedMemory } from './saved-memory.js';
import type { Place, Queue, SharedMemory, World } from './surroundings.js';

interface MemoryMember extends SavedMember {
  readonly place?: Place;
}

interface Memory {
  /** Another chain may have one of the same name, which is another one. */
  readonly chain: string;
  readonly size: MemorySize;
  /** Undefined while no function has brought it to a monitor that is new. */
  shared: SharedMemory | undefined;
  readonly id: string | undefined;
  /** Also those that are not in the chain any more, as long as frames are theirs. */
  readonly members: Map<string, MemoryMember>;
}

/** The memories that functions of a chain share: who has which frames of them. */
export interface Memories {
  /** Opens a place in the memory of the function, with all frames that are its. */
  readonly open: (name: string, fn: ChainFunction, chain: Chain) => Place | 'busy';
  /** As World.adopt(). */
  readonly adopt: (name: string, fn: ChainFunction, fds: readonly number[], cookie: string) => Place | undefined;
  /** For the message to a function of this name. */
  readonly tell: (name: string, fn: ChainFunction) => { readonly size: MemorySize; readonly number: number };
  /** A program has a socket on the queue of the function: nobody else has one there, nor the kernel packets of one. */
  readonly bound: (fn: ChainFunction) => void;
  /** Nothing is sent to the place any more, nor from it. */
  readonly claim: (place: Place) => void;
  /** It is to be closed. */
  readonly forget: (place: Place) => void;
  /** Throws if functions have a memory that would change. */
  readonly requireSame: (next: Chain | undefined) => void;
  /** Lets go of what nobody has, once the chain is this one. */
  readonly follow: (next: Chain | undefined) => void;
  readonly saved: () => Readonly<Record<string, SavedMemory>>;
  readonly status: () => unknown;
}

export function makeMemories(world: World, saved: Readonly<Record<string, SavedMemory>> = {}): Memories {
  const memories = new Map<string, Memory>(
    Object.entries(saved).map(([name, { chain, id, size, members }]) => [
      name,
      { chain, size, id, shared: undefined, members: new Map(Object.entries(members)) },
    ]),
  );
  const memoryOf = ({ memory }: ChainFunction): Memory | undefined =>
    memory === undefined ? undefined : memories.get(memory);

  const livingOf = ({ members }: Memory): readonly LivingMember[] =>
    [...members.values()].flatMap(({ number, place }) =>
      place === undefined ? [] : [{ number, unconsumed: place.unconsumed }],
    );

  const whereIs = ({ device, queue }: Queue): Queue => ({ device, queue, ifindex: world.indexOf(device) || undefined });

  const isFree = (memory: Memory, name: string, member: MemoryMember): boolean => {
    if (member.left === 'gone') return true;
    if (member.place !== undefined || !world.isFree(member)) return false;
    memory.members.set(name, { ...member, left: 'gone' });
    return true;
  };

  /**
   * Whether no socket is in the way that nobody here has: those may have frames of this function on their rings, and
   * the function's own last one has all of them. If it was on the same queue, to be bound there proves that it is gone.
   */
  const mayOpen = (memory: Memory, name: string, fn: ChainFunction): boolean => {
    const where = whereIs(fn);
    for (const [other, member] of memory.members) {
      const isProved = memory.shared !== undefined && isSameQueue(member, where);
      const matters =
        other === name ? member.place !== undefined || !isProved : member.place === undefined && member.left === 'open';
      if (matters && !isFree(memory, other, member)) return false;
    }
    return true;
  };

  /** The frames of functions that are not in it any more become nobody's. Returns whether some are not free yet. */
  const takeBack = (memory: Memory, shared: SharedMemory, wanted: (name: string) => boolean): boolean => {
    let later = false;
    for (const [name, member] of [...memory.members]) {
      if (wanted(name)) continue;
      if (isFree(memory, name, member)) {
        disown(shared.owners, member.number, livingOf(memory));
        memory.members.delete(name);
      } else later = true;
    }
    return later;
  };

  const bound = (fn: ChainFunction): void => {
    const where = whereIs(fn);
    for (const { members } of memories.values())
      for (const [name, member] of members)
        if (member.place === undefined && isSameQueue(member, where)) members.set(name, { ...member, left: 'gone' });
  };

  /** Gives its frames to a function whose socket is bound. Returns whether it has them. */
  const give = (memory: Memory, shared: SharedMemory, name: string, fn: ChainFunction, chain: Chain): boolean => {
    const { members } = memory;
    const wanted = (each: string): boolean => each === name || ownOf(chain.functions, each)?.memory === fn.memory;
    if (members.size === mostMembers && !members.has(name)) takeBack(memory, shared, wanted);
    const number = members.get(name)?.number ?? freeNumber(members);
    if (number === undefined) return false;
    members.set(name, { number, ...whereIs(fn), left: 'claimed' });
    const share = (): number => allot(shared.owners, number, fn.frames, livingOf(memory));
    let count = share();
    if (count === fn.frames) return true;
    const later = takeBack(memory, shared, wanted);
    count = share();
    if (later && count < fn.frames) return false;
    if (count === 0) throw new FlashError('infrastructure', `${name} gets no frames: others have all of ${fn.memory}`);
    if (count < fn.frames)
      world.log(`${name} has ${count} frames and not ${fn.frames}: others of ${fn.memory} have them`);
    return true;
  };

  const memoryFor = ({ memory: name = '' }: ChainFunction, chain: Chain): Memory => {
    const size = ownOf(chain.memories, name);
    if (size === undefined) throw new FlashError('usage', `there is no memory ${name}`);
    const known = memories.get(name) ?? {
      chain: chain.chain,
      size,
      id: undefined,
      shared: undefined,
      members: new Map(),
    };
    memories.set(name, known);
    return known;
  };

  /** Those that are there, and those that may come back to a monitor that is new. */
  const haveIt = (memory: Memory): readonly string[] =>
    [...memory.members].flatMap(([name, member]) =>
      member.place !== undefined || (member.left === 'open' && !isFree(memory, name, member)) ? [name] : [],
    );

  const memberWith = (place: Place): readonly [Memory, string, MemoryMember] | undefined => {
    for (const memory of memories.values())
      for (const [name, member] of memory.members) if (member.place === place) return [memory, name, member];
    return undefined;
  };

  return {
    bound,
    open(name, fn, chain) {
      if (fn.memory === undefined) {
        const alone = world.open(fn);
        if (alone !== 'busy') bound(fn);
        return alone;
      }
      const memory = memoryFor(fn, chain);
      if (!mayOpen(memory, name, fn)) return 'busy';
      // Whoever had the memory is gone, and nobody can bring it.
      if (memory.shared === undefined) memory.members.clear();
      const shared = (memory.shared ??= world.makeMemory(memory.size));
      const others = [...memory.members.values()].flatMap(({ place }) => place ?? []);
      const place = world.open(fn, { memory: shared, others });
      if (place === 'busy') return 'busy';
      try {
        bound(fn);
        const member = give(memory, shared, name, fn, chain) ? memory.members.get(name) : undefined;
        if (member !== undefined) {
          memory.members.set(name, { ...member, place, ifindex: place.ifindex ?? member.ifindex, left: 'open' });
          return place;
        }
      } catch (error) {
        place.close();
        throw error;
      }
      place.close();
      return 'busy';
    },
    adopt(name, fn, fds, cookie) {
      if (fn.memory === undefined) return world.adopt(fn, fds, cookie);
      const memory = memoryOf(fn);
      const member = memory?.members.get(name);
      if (memory === undefined || member === undefined) return undefined;
      if (memory.id !== undefined) memory.shared ??= world.takeMemory(memory.id, memory.size, fds);
      if (memory.shared === undefined) return undefined;
      const place = world.adopt(fn, fds, cookie, memory.shared);
      if (place !== undefined) memory.members.set(name, { ...member, place, left: 'open' });
      return place;
    },
    tell(name, fn) {
      const { size = { frames: fn.frames, frameSize: fn.frameSize ?? 0 }, members } = memoryOf(fn) ?? {};
      return { size, number: members?.get(name)?.number ?? nobody };
    },
    claim(place) {
      const [memory, name, member] = memberWith(place) ?? [];
      if (memory?.shared === undefined || member === undefined || name === undefined) return;
      claim(memory.shared.owners, member.number, place.unconsumed());
      memory.members.set(name, { ...member, left: 'claimed' });
    },
    forget(place) {
      const [memory, name, member] = memberWith(place) ?? [];
      if (memory === undefined || member === undefined || name === undefined) return;
      const { place: _, ...rest } = member;
      memory.members.set(name, rest);
    },
    requireSame(next) {
      for (const [name, memory] of memories) {
        const wanted = ownOf(next?.memories ?? {}, name);
        if (wanted === undefined || isSame(memory, wanted, next)) continue;
        const who = haveIt(memory);
        if (who.length === 0) continue;
        const what = memory.chain === next?.chain ? 'cannot change its size' : `is that of the chain ${memory.chain}`;
        throw new FlashError('usage', `the memory ${name} ${what}: ${who.join(', ')} may work in it`, {
          advice: 'give the new one another name, or take those functions out first',
        });
      }
    },
    follow(next) {
      for (const [name, memory] of [...memories]) {
        const wanted = ownOf(next?.memories ?? {}, name);
        if (wanted !== undefined && isSame(memory, wanted, next)) continue;
        if (haveIt(memory).length > 0) continue;
        memory.shared?.close();
        memories.delete(name);
      }
    },
    saved: () =>
      Object.fromEntries(
        [...memories].flatMap(([name, { chain, size, shared, members, ...memory }]) => {
          const id = shared?.id ?? memory.id;
          const saving = [...members].map(([each, { place: _, ...member }]) => [each, member] as const);
          return id === undefined ? [] : [[name, { chain, id, size, members: Object.fromEntries(saving) }]];
        }),
      ),
    status: () => Object.fromEntries([...memories].map(([name, memory]) => [name, describe(memory)])),
  };
}

/** A device that is made anew under its name is another one. */
const isSameQueue = (a: Queue, b: Queue): boolean =>
  a.queue === b.queue &&
  (a.ifindex === undefined || b.ifindex === undefined ? a.device === b.device : a.ifindex === b.ifindex);
const isSame = ({ chain, size }: Memory, wanted: MemorySize, next: Chain | undefined): boolean =>
  chain === next?.chain && size.frames === wanted.frames && size.frameSize === wanted.frameSize;

function freeNumber(members: Memory['members']): number | undefined {
  const used = new Set([...members.values()].map(({ number }) => number));
  for (let number = nobody + 1; number <= mostMembers; number++) if (!used.has(number)) return number;
  return undefined;
}

/** How many frames are whose. */
function describe({ size, shared, members }: Memory): unknown {
  if (shared === undefined) return size;
  const counts = new Uint32Array(256);
  for (const owner of shared.owners) counts[owner] = (counts[owner] ?? 0) + 1;
  const functions = [...members].map(([name, { number }]) => [name, counts[number]] as const);
  return { ...size, functions: Object.fromEntries(functions), nobody: counts[nobody] };
}
