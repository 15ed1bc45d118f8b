import type { ChainFunction, SavedLeaving } from './chain-file.js';
import type { Memories } from './memories.js';
import type { Peer, Place, Target, World } from './surroundings.js';
import { whyNot } from './who.js';

interface LeavingFunction {
  readonly chain: string;
  readonly name: string;
  readonly fn: ChainFunction;
  readonly peer: Peer;
  readonly place: Place;
  /** Where its indices lead, if that is known. */
  targets?: readonly Target[] | undefined;
  /** When it is killed. */
  leaveByMs?: number;
}

/** Functions that are not wanted any more, until their processes end. */
export interface Leaving {
  readonly add: (fn: Omit<LeavingFunction, 'leaveByMs'>) => void;
  /** Nobody sends to them any more: they work on what they have. */
  readonly ask: () => void;
  readonly killWhoStays: () => void;
  /** Was asked by another monitor, and has its socket from that; undefined if it is none of those. */
  readonly adopt: (peer: Peer, chain: string, asked: string, fds: readonly number[]) => LeavingFunction | undefined;
  /** One that may come back, and is not wanted then. */
  readonly expect: (left: SavedLeaving) => void;
  /** Those that may come back, and are not wanted then. */
  readonly expected: () => readonly SavedLeaving[];
  readonly forget: (left: SavedLeaving) => void;
  /** Time has passed: forgets those whose queues are free, and who will not come back. */
  readonly giveUp: () => void;
  /** What they send to a place that is about to close is dropped: they are to leave, and not to wait. */
  readonly leadAwayFrom: (place: Place) => void;
  /** Returns the place of a process that has ended, if it is one of them. */
  readonly take: (peer: Peer) => Place | undefined;
  readonly places: () => readonly Place[];
  readonly saved: () => readonly SavedLeaving[];
}

export function makeLeaving(world: World, memories: Memories, saved: readonly SavedLeaving[] = []): Leaving {
  const present = new Set<LeavingFunction>();
  const awaited = new Set(saved);

  const add = (fn: LeavingFunction): void => {
    present.add({ ...fn, leaveByMs: world.nowMs() + 1000 * fn.fn.leaveSeconds });
  };

  return {
    add,
    ask() {
      for (const { peer } of present) peer.ask();
    },
    killWhoStays() {
      for (const member of present) {
        if (member.leaveByMs === undefined || world.nowMs() < member.leaveByMs) continue;
        delete member.leaveByMs;
        const { pid } = member.peer;
        world.log(member.peer.kill() ? `process ${pid} did not leave, and is killed` : `process ${pid} does not leave`);
      }
    },
    adopt(peer, chain, asked, fds) {
      for (const left of awaited) {
        const { name, fn, cookie } = left;
        if (left.chain !== chain || (name !== asked && !name.startsWith(`${asked}.`))) continue;
        if (whyNot(name, fn, peer) !== undefined) continue;
        const place = memories.adopt(name, fn, fds, cookie);
        if (place === undefined) continue;
        awaited.delete(left);
        const member = { chain, name, fn, peer, place };
        add(member);
        return member;
      }
      return undefined;
    },
    expect: (left) => void awaited.add(left),
    expected: () => [...awaited],
    forget: (left) => void awaited.delete(left),
    giveUp() {
      for (const left of [...awaited]) {
        try {
          if (world.isFree(left.fn)) awaited.delete(left);
        } catch (error) {
          world.log(`looking for what was ${left.name}: ${(error as Error).message}`);
        }
      }
    },
    leadAwayFrom(place) {
      for (const member of present) {
        if (member.targets?.includes(place) !== true) continue;
        member.targets = member.targets.map((target) => (target === place ? 'drop' : target));
        try {
          world.setRoute(member.place, member.targets);
        } catch (error) {
          world.log(`routing what was ${member.name}: ${(error as Error).message}`);
        }
      }
    },
    take(peer) {
      for (const member of present) {
        if (member.peer !== peer) continue;
        present.delete(member);
        return member.place;
      }
      return undefined;
    },
    places: () => [...present].map(({ place }) => place),
    saved: () => [
      ...awaited,
      ...[...present].map(({ chain, name, fn, place }) => ({ chain, name, fn, cookie: place.cookie })),
    ],
  };
}
