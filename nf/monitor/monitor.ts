import { makeAttempts } from './attempts.js';
import { isSamePlace, meantBy, ownOf, type Chain, type ChainFunction } from './chain-file.js';
import { FlashError } from '../../harness/errors.js';
import { makeLeaving } from './leaving.js';
import { makeMemories } from './memories.js';
import { encodeAnswer, encodeEdges, encodeJoined, encodeLeave, encodeRefused, decodeRequest } from './protocol.js';
import { limitRequests } from './request-limit.js';
import type { Peer, Place, SavedState, Target, World } from './surroundings.js';
import { whyNot } from './who.js';

interface Member {
  readonly peer: Peer;
  readonly place: Place;
  fn: ChainFunction;
  /** Where its indices lead; undefined if that is not known, or was not done. */
  targets?: readonly Target[];
}

interface Choice {
  readonly name: string;
  readonly adopted?: Place;
}

export interface Monitor {
  /** Throws while functions that were there before this monitor may come back. */
  readonly apply: (chain: Chain | undefined) => void;
  /** A message and the descriptors that came with it, which are closed by whoever calls. */
  readonly hear: (peer: Peer, data: Buffer, fds: readonly number[], command: Command) => void;
  readonly gone: (peer: Peer) => void;
  /** Whether it is a function, or is asked to leave. */
  readonly knows: (peer: Peer) => boolean;
  /** Time has passed: functions that have not come back count as missing. */
  readonly tick: () => void;
  readonly status: () => unknown;
  /** Lets go of all places, which stay those of the functions. */
  readonly end: () => void;
}

/** What somebody who may command is answered. */
export type Command = (peer: Peer, text: string) => unknown;

const errno = { noEntry: 2, io: 5, access: 13, busy: 16, invalid: 22, again: 11 } as const;
const comeBackMs = 3000;

export function makeMonitor(world: World, saved: SavedState = { chain: undefined, cookies: {} }): Monitor {
  let chain = saved.chain;
  const members = new Map<string, Member>();
  /** Of these, and of those that are asked to leave. */
  const known = new WeakSet<Peer>();
  const isTooMany = limitRequests(world.nowMs);
  const memories = makeMemories(world, saved.memories);
  const leaving = makeLeaving(world, memories, saved.leaving);
  const awaited = new Map(Object.entries(saved.cookies));
  /** Those that did not come back in time, and still may if nobody has their place. */
  const late = new Map<string, string>();
  const giveUpAt = world.nowMs() + comeBackMs;
  let gaveUp = false;
  const inputs = new Map<string, string>();
  /** What is not as it is to be: settle() tries it again. */
  const { attempt, begin, failed } = makeAttempts(world.log);

  const functionOf = (name: string): ChainFunction | undefined =>
    chain === undefined ? undefined : ownOf(chain.functions, name);

  const resolve = (name: string): Target => {
    const member = members.get(name);
    if (member !== undefined) return member.place;
    const fn = functionOf(name);
    if (fn?.missing !== 'bypass') return fn?.missing ?? 'drop';
    return resolve(fn.to[0] ?? '');
  };
  const describe = (targets: readonly Target[]): string =>
    targets.map((target) => (typeof target === 'string' ? target : target.cookie)).join(' ');

  const save = (): void =>
    world.save({
      chain,
      memories: memories.saved(),
      leaving: leaving.saved(),
      cookies: {
        ...Object.fromEntries(awaited),
        ...Object.fromEntries([...members].map(([name, { place }]) => [name, place.cookie])),
      },
    });

  /** Changes what is not as it is to be, and nothing else. Sources come after their targets. */
  const settle = (): void => {
    begin();
    if (awaited.size === 0) {
      for (const [name, member] of members) {
        const targets = (functionOf(name)?.to ?? []).map(resolve);
        if (describe(targets) === describe(member.targets ?? [])) continue;
        attempt(`routing ${name}`, () => {
          world.setRoute(member.place, targets);
          member.targets = targets;
          member.peer.send(encodeEdges(Math.max(1, targets.length)));
        });
      }
      settleInputs();
    }
    attempt('saving the state', save);
  };

  const settleInputs = (): void => {
    const wanted = new Map<string, Map<number, Place>>([...inputs.keys()].map((device) => [device, new Map()]));
    for (const [name, fn] of Object.entries(chain?.functions ?? {})) {
      const member = members.get(name);
      if (!fn.input || member === undefined) continue;
      const places = wanted.get(fn.device) ?? new Map<number, Place>();
      wanted.set(fn.device, places.set(fn.queue, member.place));
    }
    for (const [device, places] of wanted) {
      const text = [...places].map(([queue, { cookie }]) => `${queue}:${cookie}`).join(' ');
      if ((inputs.get(device) ?? '') === text) continue;
      attempt(`connecting ${device}`, () => {
        world.setInputs(device, places);
        inputs.set(device, text);
      });
    }
  };

  const refuse = (peer: Peer, number: number, why: string): undefined => {
    peer.send(encodeRefused(number, why));
    peer.close();
  };

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
    if (!peer.send(joinedMessage(left.name, left.fn)) || !peer.send(encodeLeave())) peer.close();
    world.log(`process ${peer.pid}, which was ${left.name}, is asked to leave again`);
    return true;
  };

  const join = (peer: Peer, chainName: string, asked: string, fds: readonly number[]): undefined => {
    if (fds.length > 0 && !known.has(peer) && joinToLeave(peer, chainName, asked, fds)) return;
    const meant = chain?.chain === chainName ? meantBy(chain, asked) : [];
    if (meant.length === 0) return refuse(peer, errno.noEntry, `there is no function ${asked} in a chain ${chainName}`);
    const strange = meant.map((name) => whyNot(name, functionOf(name) ?? {}, peer));
    const own = meant.filter((_, index) => strange[index] === undefined);
    if (own.length === 0) return refuse(peer, errno.access, strange[0] ?? '');
    if (known.has(peer)) return refuse(peer, errno.invalid, 'it has joined already');
    const choice = choose(own, fds);
    const fn = functionOf(choice?.name ?? '');
    if (choice === undefined || fn === undefined || chain === undefined) {
      if (own.every((name) => members.has(name))) return refuse(peer, errno.busy, `${asked} is there already`);
      if (fds.length > 0) return refuse(peer, errno.invalid, `the socket is not that of ${asked}`);
      return refuse(peer, errno.again, `the program that was ${asked} may come back`);
    }
    const { name, adopted } = choice;
    const place = adopted ?? memories.open(name, fn, chain);
    const others = fn.memory === undefined ? '' : `, or a program is left that has had the memory ${fn.memory}`;
    if (place === 'busy') return refuse(peer, errno.again, `the queue of ${name} is not free${others}`);
    const member: Member = { peer, place, fn };
    // Its packets are led where they belong before it has any, and nobody sends to it before it has come.
    if (adopted === undefined) {
      try {
        const targets = fn.to.map(resolve);
        world.setRoute(place, targets);
        member.targets = targets;
        // The next monitor knows by this that a program may have it, and gives its number to no other.
        if (fn.memory !== undefined) save();
      } catch (error) {
        close(place);
        throw error;
      }
    }
    if (!peer.send(joinedMessage(name, fn), adopted === undefined ? [place.socketFd, ...place.memoryFds] : [])) {
      close(place);
      peer.close();
      return;
    }
    awaited.delete(name);
    late.delete(name);
    members.set(name, member);
    known.add(peer);
    settle();
    world.log(`${name} is process ${peer.pid}${adopted === undefined ? '' : ', as before'}`);
  };

  /** Its process has ended, and others may have its socket. */
  const end = (name: string, place: Place): void => {
    leaving.leadAwayFrom(place);
    try {
      world.cut(place);
      memories.claim(place);
    } catch (error) {
      world.log(`cutting off ${name}: ${(error as Error).message}`);
    }
    try {
      close(place);
    } catch (error) {
      world.log(`letting go of ${name}: ${(error as Error).message}`);
    }
  };

  const close = (place: Place): void => {
    memories.forget(place);
    memories.follow(chain);
    place.close();
  };

  const retire = (chainName: string, name: string, { fn, peer, place, targets }: Member): void => {
    members.delete(name);
    leaving.add({ chain: chainName, name, fn, peer, place, targets });
  };

  return {
    apply(next) {
      if (awaited.size > 0)
        throw new FlashError('usage', `${[...awaited.keys()].join(', ')} may come back to this monitor, which is new`, {
          advice: `apply it again in ${comeBackMs / 1000} seconds`,
        });
      memories.requireSame(next);
      const before = chain;
      chain = next;
      memories.follow(chain);
      for (const [name, cookie] of late) {
        const [was, is] = [ownOf(before?.functions ?? {}, name), functionOf(name)];
        if (was !== undefined && is !== undefined && isSamePlace(was, is)) continue;
        late.delete(name);
        if (was !== undefined) leaving.expect({ chain: before?.chain ?? '', name, fn: was, cookie });
      }
      for (const [name, member] of [...members]) {
        const wanted = next?.chain === before?.chain ? functionOf(name) : undefined;
        if (wanted === undefined || !isSamePlace(wanted, member.fn)) retire(before?.chain ?? '', name, member);
        else member.fn = wanted;
      }
      settle();
      leaving.ask();
    },
    hear(peer, data, fds, command) {
      if (isTooMany(peer.uid)) return refuse(peer, errno.again, 'too many requests');
      const request = decodeRequest(data);
      if (request === undefined) return refuse(peer, errno.invalid, 'this is no request');
      try {
        if (request.kind === 'join') join(peer, request.chain, request.function, fds);
        else peer.send(encodeAnswer(command(peer, request.text)));
      } catch (error) {
        world.log(`a request of process ${peer.pid}: ${(error as Error).message}`);
        refuse(peer, errno.io, (error as Error).message);
      }
    },
    gone(peer) {
      for (const [name, member] of [...members]) {
        if (member.peer !== peer) continue;
        members.delete(name);
        known.delete(peer);
        world.log(`${name} has gone`);
        // First those that sent to it, so that none finds it closed.
        settle();
        end(name, member.place);
      }
      const place = leaving.take(peer);
      if (place === undefined) return;
      known.delete(peer);
      end('a former function', place);
    },
    knows: (peer) => known.has(peer),
    tick() {
      leaving.killWhoStays();
      if (failed()) settle();
      if (gaveUp || world.nowMs() < giveUpAt) return;
      gaveUp = true;
      leaving.giveUp();
      if (awaited.size === 0) return;
      for (const [name, cookie] of awaited) {
        world.log(`${name} has not come back`);
        late.set(name, cookie);
      }
      awaited.clear();
      settle();
    },
    end() {
      for (const place of [...[...members.values()].map((member) => member.place), ...leaving.places()]) place.close();
    },
    status: () => ({
      chain: chain?.chain,
      memories: memories.status(),
      functions: Object.fromEntries(
        Object.entries(chain?.functions ?? {}).map(([name, { missing }]) => {
          const member = members.get(name);
          return [
            name,
            member === undefined ? { state: 'missing', rule: missing } : { state: 'running', pid: member.peer.pid },
          ];
        }),
      ),
    }),
  };
}
