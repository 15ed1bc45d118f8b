import { ownOf, type Chain, type ChainFunction } from './chain-file.js';
import type { Peer, Place, SavedState, Target } from './surroundings.js';

/** Who is what in the chain. */
export interface Member {
  readonly peer: Peer;
  readonly place: Place;
  fn: ChainFunction;
  /** Where its indices lead; undefined if that is not known, or was not done. */
  targets?: readonly Target[];
}

export interface Roster {
  chain: Chain | undefined;
  readonly members: Map<string, Member>;
  /** Of these, and of those that are asked to leave. */
  readonly known: WeakSet<Peer>;
  /** By name: the cookies of functions that were there before this monitor. */
  readonly awaited: Map<string, string>;
  /** Those that did not come back in time, and still may if nobody has their place. */
  readonly late: Map<string, string>;
  readonly functionOf: (name: string) => ChainFunction | undefined;
  /** Where packets for a function go now. */
  readonly resolve: (name: string) => Target;
}

export function makeRoster({ chain, cookies }: SavedState): Roster {
  const roster: Roster = {
    chain,
    members: new Map(),
    known: new WeakSet(),
    awaited: new Map(Object.entries(cookies)),
    late: new Map(),
    functionOf: (name) => (roster.chain === undefined ? undefined : ownOf(roster.chain.functions, name)),
    resolve(name) {
      const member = roster.members.get(name);
      if (member !== undefined) return member.place;
      const fn = roster.functionOf(name);
      if (fn?.missing !== 'bypass') return fn?.missing ?? 'drop';
      return roster.resolve(fn.to[0] ?? '');
    },
  };
  return roster;
}
