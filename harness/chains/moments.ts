import {
  hasCookie,
  isGone,
  readAttribute,
  readCookie,
  readRoute,
  readSocket,
  readStats,
  statNames,
  unbound,
  type FlashSocket,
} from '../flash/registry.js';
import type { DiagFlash, DiagSocket } from '../ffi/sock-diag.js';
import type { SocketKey } from './facts.js';

/** What changes of a socket, and which of it was read when; the cookie is the same before and after. */
export type Moment = FlashSocket;

export interface MomentSources {
  /** The sockets of the last time, by their cookies. */
  readonly before: ReadonlyMap<string, Moment>;
  /** What sock_diag has told of them since. */
  readonly told: (cookie: string) => DiagSocket | undefined;
}

/** Undefined if there is no such socket any more. */
export function readMoment(id: number, { before, told }: MomentSources): Moment | undefined {
  try {
    const known = before.get(readCookie(id));
    if (known === undefined) return readSocket(id);
    const now = told(known.cookie);
    if (now?.flash === undefined || !meansTheSame(now.flash.route, before)) return readAgain(known);
    return momentTold(known, now, now.flash);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Whether all ids of a route belong to whom they belonged to before it was told. */
function meansTheSame(route: readonly number[], before: ReadonlyMap<string, Moment>): boolean {
  const known = [...before.values()].filter(({ id }) => route.includes(id));
  return route.every((id) => id < 0 || known.some((target) => target.id === id && hasCookie(id, target.cookie)));
}

function momentTold(known: Moment, { ifindex, queue, umem }: DiagSocket, { route, counters }: DiagFlash): Moment {
  return {
    ...known,
    ifindex: ifindex ?? unbound,
    qid: queue ?? unbound,
    umem: umem?.id ?? known.umem,
    route,
    stats: Object.fromEntries(statNames.map((name, index) => [name, counters[index] ?? 0])),
  };
}

/** Only what changes, unless the id is another's by now. */
function readAgain(known: FlashSocket): Moment {
  const { id, cookie } = known;
  const moment = {
    ...known,
    ifindex: Number(readAttribute(id, 'ifindex')),
    qid: Number(readAttribute(id, 'qid')),
    umem: Number(readAttribute(id, 'umem')),
    route: readRoute(id),
    stats: readStats(id),
  };
  return readCookie(id) === cookie ? moment : readSocket(id);
}

/**
 * Which socket an id in a route stands for. That is read after the sockets, and before their cookies once more: an id
 * that has the same cookie before and after meant the same socket meanwhile.
 */
export function confirmTargets(moments: readonly Moment[]): (route: readonly number[]) => (SocketKey | null)[] {
  const meant = new Set(moments.flatMap(({ route }) => route));
  const confirmed = new Map(
    moments
      .filter(({ id, cookie }) => meant.has(id) && hasCookie(id, cookie))
      .map(({ id, cookie }) => [id, { id, cookie }]),
  );
  return (route) => route.map((id) => (id < 0 ? null : (confirmed.get(id) ?? { id, cookie: '' })));
}
