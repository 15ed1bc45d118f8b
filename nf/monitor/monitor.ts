import { makeAttempts } from './attempts.js';
import { isSamePlace, ownOf, type Chain } from './chain-file.js';
import { FlashError } from '../../harness/errors.js';
import { makeInputs } from './inputs.js';
import { makeJoining, refuse, type Joining, type Vacancy } from './joining.js';
import { makeLeaving } from './leaving.js';
import { makeMemories } from './memories.js';
import { encodeAnswer, encodeEdges, decodeRequest } from './protocol.js';
import { limitRequests } from './request-limit.js';
import { makeRoster, type Member } from './roster.js';
import type { Peer, Place, SavedState, Target, World } from './surroundings.js';

export interface Monitor {
  /** Throws while functions that were there before this monitor may come back. */
  readonly apply: (chain: Chain | undefined) => void;
  /** A message and the descriptors that came with it, which are closed by whoever calls. */
  readonly hear: (peer: Peer, data: Buffer, fds: readonly number[], command: Command) => void;
  readonly gone: (peer: Peer) => void;
  /** Whether it is a function, or is asked to leave. */
  readonly knows: (peer: Peer) => boolean;
  readonly vacant: Joining['vacant'];
  readonly isOurs: Joining['isOurs'];
  /**
   * A program has opened a socket where one of those is to be. The descriptor is closed by whoever calls. Returns whether
   * the program is known from now on.
   */
  readonly meet: (vacancy: Vacancy, peer: Peer, fd: number, cookie: string) => boolean;
  /** Time has passed: functions that have not come back count as missing. */
  readonly tick: () => void;
  readonly status: () => unknown;
  /** Lets go of all places, which stay those of the functions. */
  readonly end: () => void;
}

/** What somebody who may command is answered. */
export type Command = (peer: Peer, text: string) => unknown;

const comeBackMs = 3000;

export function makeMonitor(world: World, saved: SavedState = { chain: undefined, cookies: {} }): Monitor {
  const roster = makeRoster(saved);
  const { members, known, awaited, late, functionOf, resolve } = roster;
  const isTooMany = limitRequests(world.nowMs);
  const memories = makeMemories(world, saved.memories);
  const leaving = makeLeaving(world, memories, saved.leaving);
  const giveUpAt = world.nowMs() + comeBackMs;
  let gaveUp = false;
  /** What is not as it is to be: settle() tries it again. */
  const { attempt, begin, failed } = makeAttempts(world.log);
  const settleInputs = makeInputs(world, attempt);

  const describe = (targets: readonly Target[]): string =>
    targets.map((target) => (typeof target === 'string' ? target : target.cookie)).join(' ');

  const save = (): void =>
    world.save({
      chain: roster.chain,
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
      settleInputs(roster.chain, (name) => members.get(name)?.place);
    }
    attempt('saving the state', save);
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
    memories.follow(roster.chain);
    place.close();
  };

  const { join, meet, vacant, isOurs } = makeJoining({ world, roster, memories, leaving, save, settle, close });

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
      const before = roster.chain;
      roster.chain = next;
      memories.follow(roster.chain);
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
      if (isTooMany(peer.uid)) return refuse(peer, 'again', 'too many requests');
      const request = decodeRequest(data);
      if (request === undefined) return refuse(peer, 'invalid', 'this is no request');
      try {
        if (request.kind === 'join') join(peer, request.chain, request.function, fds);
        else peer.send(encodeAnswer(command(peer, request.text)));
      } catch (error) {
        world.log(`a request of process ${peer.pid}: ${(error as Error).message}`);
        refuse(peer, 'io', (error as Error).message);
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
    vacant,
    isOurs,
    meet,
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
      chain: roster.chain?.chain,
      memories: memories.status(),
      functions: Object.fromEntries(
        Object.entries(roster.chain?.functions ?? {}).map(([name, { missing }]) => {
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
