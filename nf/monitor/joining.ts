import { meantBy, type ChainFunction } from './chain-file.js';
import type { Leaving } from './leaving.js';
import type { Memories } from './memories.js';
import { encodeJoined, encodeRefused } from './protocol.js';
import type { Member, Roster } from './roster.js';
import type { Peer, Place, World } from './surroundings.js';
import { whyNot } from './who.js';

interface Surroundings {
  readonly world: World;
  readonly roster: Roster;
  readonly memories: Memories;
  readonly leaving: Leaving;
  readonly save: () => void;
  readonly settle: () => void;
  readonly close: (place: Place) => void;
}

interface Choice {
  readonly name: string;
  readonly adopted?: Place;
}

/** A function that a program is to be which does not join. */
export interface Vacancy {
  readonly name: string;
  readonly fn: ChainFunction;
  /** Of the socket of the program that was it before this monitor, and may still be there. */
  readonly cookie?: string | undefined;
}

/** How programs become functions. */
export interface Joining {
  readonly join: (peer: Peer, chain: string, asked: string, fds: readonly number[]) => void;
  /**
   * What is for programs that do not join, and nobody is.
   *
   * @param isThere whether there still is a socket with this cookie.
   */
  readonly vacant: (isThere: (cookie: string) => boolean) => readonly Vacancy[];
  /** Whether the socket with this cookie is that of a function, or of one that is asked to leave. */
  readonly isOurs: (cookie: string) => boolean;
  /** As Monitor.meet(). */
  readonly meet: (vacancy: Vacancy, peer: Peer, fd: number, cookie: string) => boolean;
}

const errno = { noEntry: 2, io: 5, access: 13, busy: 16, invalid: 22, again: 11 } as const;

export function refuse(peer: Peer, why: keyof typeof errno, text: string): undefined {
  peer.send(encodeRefused(errno[why], text));
  peer.close();
}

export function makeJoining({ world, roster, memories, leaving, save, settle, close }: Surroundings): Joining {
  const { members, known, awaited, late, functionOf, resolve } = roster;
  /** By function: the cookie of a program that has its queue, and may not be it. */
  const unwanted = new Map<string, string>();

  /** A place of those that were meant: the one that a program has kept, or one that nobody has. */
  const choose = (meant: readonly string[], fds: readonly number[]): Choice | undefined => {
    if (fds.length === 0) {
      const free = meant.find((name) => !members.has(name) && !awaited.has(name));
      return free === undefined ? undefined : { name: free };
    }
    for (const name of meant) {
      const [fn, cookie] = [functionOf(name), awaited.get(name) ?? late.get(name)];
      if (fn === undefined || cookie === undefined || members.has(name)) continue;
      const adopted = memories.adopt(name, fn, fds, cookie);
      if (adopted !== undefined) return { name, adopted };
    }
    return undefined;
  };

  const joinedMessage = (name: string, fn: ChainFunction): Buffer => {
    const edges = Math.max(1, fn.to.length);
    return encodeJoined({ ...memories.tell(name, fn), share: fn.frames, ringSize: fn.ring, edges });
  };

  /** Whether it is one that another monitor has asked to leave. */
  const joinToLeave = (peer: Peer, chainName: string, asked: string, fds: readonly number[]): boolean => {
    const left = leaving.adopt(peer, chainName, asked, fds);
    if (left === undefined) return false;
    known.add(peer);
    if (!peer.send(joinedMessage(left.name, left.fn)) || !peer.ask()) peer.close();
    world.log(`process ${peer.pid}, which was ${left.name}, is asked to leave again`);
    return true;
  };

  const join = (peer: Peer, chainName: string, asked: string, fds: readonly number[]): undefined => {
    if (fds.length > 0 && !known.has(peer) && joinToLeave(peer, chainName, asked, fds)) return;
    const meant = roster.chain?.chain === chainName ? meantBy(roster.chain, asked) : [];
    if (meant.length === 0) return refuse(peer, 'noEntry', `there is no function ${asked} in a chain ${chainName}`);
    const strange = meant.map((name) => whyNot(name, functionOf(name) ?? {}, peer));
    const may = meant.filter((_, index) => strange[index] === undefined);
    if (may.length === 0) return refuse(peer, 'access', strange[0] ?? '');
    if (known.has(peer)) return refuse(peer, 'invalid', 'it has joined already');
    const own = may.filter((name) => functionOf(name)?.legacy !== true);
    if (own.length === 0) return refuse(peer, 'invalid', `${asked} does not join`);
    const choice = choose(own, fds);
    const fn = functionOf(choice?.name ?? '');
    if (choice === undefined || fn === undefined || roster.chain === undefined) {
      if (own.every((name) => members.has(name))) return refuse(peer, 'busy', `${asked} is there already`);
      if (fds.length > 0) return refuse(peer, 'invalid', `the socket is not that of ${asked}`);
      return refuse(peer, 'again', `the program that was ${asked} may come back`);
    }
    const { name, adopted } = choice;
    const place = adopted ?? memories.open(name, fn, roster.chain);
    const others = fn.memory === undefined ? '' : `, or a program is left that has had the memory ${fn.memory}`;
    if (place === 'busy') return refuse(peer, 'again', `the queue of ${name} is not free${others}`);
    const member: Member = { peer, place, fn };
    if (adopted === undefined) lead(member);
    if (!peer.send(joinedMessage(name, fn), adopted === undefined ? [place.socketFd, ...place.memoryFds] : [])) {
      close(place);
      peer.close();
      return;
    }
    enter(name, member, adopted === undefined ? '' : ', as before');
  };

  /** Its packets are led where they belong before it has any, and nobody sends to it before it has come. */
  const lead = (member: Member): void => {
    try {
      const targets = member.fn.to.map(resolve);
      world.setRoute(member.place, targets);
      member.targets = targets;
      // The next monitor knows by this that a program may have it, and gives its number to no other.
      if (member.fn.memory !== undefined) save();
    } catch (error) {
      close(member.place);
      throw error;
    }
  };

  const enter = (name: string, member: Member, how: string): void => {
    awaited.delete(name);
    late.delete(name);
    members.set(name, member);
    known.add(member.peer);
    settle();
    world.log(`${name} is process ${member.peer.pid}${how}`);
  };

  const isOurs = (cookie: string): boolean =>
    [...[...members.values()].map(({ place }) => place), ...leaving.places()].some((place) => place.cookie === cookie);

  /** A program that may be it, with a socket of its own. */
  const take = ({ name, fn, cookie: last }: Vacancy, peer: Peer, fd: number, cookie: string): void => {
    const isAsBefore = cookie === last;
    const place = world.adopt(fn, [fd], cookie);
    if (place === undefined) return;
    const member: Member = { peer, place, fn };
    if (!isAsBefore) {
      memories.bound(fn);
      lead(member);
    }
    enter(name, member, isAsBefore ? ', as before' : ', which was found');
  };

  return {
    join,
    vacant(isThere) {
      for (const each of leaving.expected()) if (each.fn.legacy && !isThere(each.cookie)) leaving.forget(each);
      return [
        ...leaving.expected().filter(({ fn }) => fn.legacy),
        ...Object.entries(roster.chain?.functions ?? {}).flatMap(([name, fn]) =>
          fn.legacy && !members.has(name) ? [{ name, fn, cookie: awaited.get(name) ?? late.get(name) }] : [],
        ),
      ];
    },
    isOurs,
    meet(vacancy, peer, fd, cookie) {
      const { name, fn } = vacancy;
      const left = leaving.expected().find((each) => each.cookie === cookie);
      if (left !== undefined) joinToLeave(peer, left.chain, left.name, [fd]);
      else if (functionOf(name) === fn && !isOurs(cookie)) {
        const why = whyNot(name, fn, peer);
        if (why !== undefined) {
          if (unwanted.get(name) !== cookie) world.log(`process ${peer.pid} has its queue, but ${why}`);
          unwanted.set(name, cookie);
        } else if (cookie === vacancy.cookie || awaited.size === 0) take(vacancy, peer, fd, cookie);
      }
      return known.has(peer);
    },
  };
}
