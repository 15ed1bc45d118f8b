import { programLabel, socketLabel, type SocketFacts } from '../facts.js';
import { stallCauses } from '../hops.js';
import {
  caseOf,
  isStuck,
  liveTargets,
  rise,
  rose,
  sentBetween,
  takenBetween,
  type Case,
  type Finding,
  type Rule,
} from './case.js';
import { framesNeeded, onRing, whatItDoes } from './words.js';

/* What stops a socket at its target. */

export const targetFull: Rule = (each) =>
  stallsAt(each, 'stall_rx_full', ({ rings: { rx } }) => rx !== undefined && rx.used >= rx.size).map((target) => {
    const there = caseOf(each, target);
    const { rx } = target.rings;
    return {
      cause: 'rx-full',
      says: `the RX ring of its target ${rx !== undefined && rx.used >= rx.size ? 'is' : 'gets'} full`,
      proof:
        `${socketLabel(target)}: ${onRing(rx)} its RX ring, ${takenBetween(there) ?? 'unknown'} taken; ` +
        `stall_rx_full ${rose(rise(each, 'stall_rx_full'), each)}`,
      advice:
        takenBetween(there) === 0
          ? `${programLabel(target)} takes nothing${whatItDoes(there)}`
          : `${programLabel(target)} is too slow for what comes: give it more of a processor, or share its load`,
      about: { id: target.id, cookie: target.cookie },
    } satisfies Finding;
  });

export const targetEmpty: Rule = (each) =>
  stallsAt(each, 'stall_fill_empty', isWithoutFrames).map((target) => {
    const stashed = target.stats['stashed'] ?? 0;
    return {
      cause: 'fill-empty',
      says: `the fill ring of its target ${isWithoutFrames(target) ? 'is' : 'gets'} empty`,
      proof:
        `${socketLabel(target)}: ${onRing(target.rings.fill)} its fill ring, ${stashed} frames in its stash; ` +
        `stall_fill_empty ${rose(rise(each, 'stall_fill_empty'), each)}`,
      advice: framesNeeded(caseOf(each, target)),
      about: { id: target.id, cookie: target.cookie },
    } satisfies Finding;
  });

export const behindAnother: Rule = (each) => {
  const { now, socket } = each;
  const sent = sentBetween(each) ?? 0;
  if ((socket.rings.tx?.used ?? 0) === 0) return [];
  return liveTargets(each).flatMap((target) => {
    const others = now.sockets
      .filter(({ cookie, route }) => cookie !== socket.cookie && route.some((to) => to?.cookie === target.cookie))
      .map((other) => ({ other, sends: rise(caseOf(each, other), 'redirected') }))
      .filter(({ sends }) => sends > sent);
    const most = others.sort((a, b) => b.sends - a.sends)[0];
    if (most === undefined) return [];
    const all = others.reduce((sum, { sends }) => sum + sends, sent);
    return [
      {
        cause: 'behind-another',
        says: 'others are in front of it at its target',
        proof:
          `${socketLabel(target)} got ${sent} of its packets and ${all - sent} of others in ${each.seconds.toFixed(1)} s; ` +
          `${Math.round((100 * most.sends) / all)} % are of ${socketLabel(most.other)}`,
        advice: `wait for its turn, or give it a target of its own; sources of one target take turns`,
        about: { id: most.other.id, cookie: most.other.cookie },
      } satisfies Finding,
    ];
  });
};

/** Nobody can put a packet on its RX ring; a driver may still have frames that it took before. */
export function isWithoutFrames({ rings: { fill }, stats }: SocketFacts): boolean {
  return fill?.used === 0 && (stats['stashed'] ?? 0) === 0;
}

/** Targets at which a source stalls: those that look like it, or all if none does and a counter rises. */
function stallsAt(each: Case, counter: string, looksLikeIt: (target: SocketFacts) => boolean): readonly SocketFacts[] {
  const rising = rise(each, counter) > 0;
  // If the kernel counts why it stops, it is that.
  const otherwise = stallCauses.some((cause) => rise(each, `stall_${cause}`) > 0);
  if (!rising && (otherwise || !isStuck(each))) return [];
  const targets = liveTargets(each);
  const found = targets.filter(looksLikeIt);
  return found.length > 0 ? found : rising ? targets : [];
}
