import { deviceOf, placeLabel, programLabel, ringNames, socketLabel, type SocketFacts } from '../facts.js';
import { describeProcess, processAdvice } from '../processes.js';
import {
  caseOf,
  isStuck,
  liveTargets,
  processOf,
  rise,
  rose,
  sentBetween,
  takenBetween,
  type Case,
  type Finding,
} from './case.js';
import { describeFrames } from '../frames.js';
import { stallCauses } from '../hops.js';

type Rule = (each: Case) => readonly Finding[];

const notBound: Rule = ({ socket }) =>
  socket.ifindex >= 0
    ? []
    : [
        {
          cause: 'not-bound',
          says: 'it is not bound to a device, or its device is gone',
          proof: `ifindex is ${socket.ifindex}`,
          advice: `${programLabel(socket)} has to bind it; if its device is gone, to open a new one`,
        },
      ];

/** Rings are mapped into programs, which can write there what they like. */
const nonsense: Rule = ({ socket }) =>
  ringNames.flatMap((name) => {
    const ring = socket.rings[name];
    if (ring === undefined || ring.used <= ring.size) return [];
    return [
      {
        cause: 'nonsense',
        says: 'the indices of a ring make no sense',
        proof: `${ring.used} entries on its ${name === 'rx' || name === 'tx' ? name.toUpperCase() : name} ring, which can hold ${ring.size}`,
        advice: `${programLabel(socket)} has overwritten them: it is broken, or hostile`,
      } satisfies Finding,
    ];
  });

const noRoute: Rule = (each) => {
  const { socket, now } = each;
  if (socket.ifindex < 0 || socket.route.length > 0 || !isStuck(each)) return [];
  const device = deviceOf(now, socket);
  const waiting = `${socket.rings.tx?.used} packets wait on TX`;
  const route: Finding = {
    cause: 'no-route',
    says: `it has no route: what it sends is for device ${device?.ifname ?? socket.ifindex}`,
    proof: `next is -1, and ${waiting}`,
    advice: `to send to another socket: flash route set ${socket.id} TARGET`,
  };
  if (device === undefined || device.up) return [route];
  return [route, deviceDown(each, 'it sends on its device, and that is down', waiting)];
};

function deviceDown({ now, socket }: Case, says: string, meanwhile: string): Finding {
  const device = deviceOf(now, socket);
  return {
    cause: 'device-down',
    says,
    proof: `${device?.ifname} is not UP; ${meanwhile}`,
    advice: `ip link set dev ${device?.ifname} up; between sockets on routes it would not matter`,
  };
}

const targetClosed: Rule = (each) => {
  const { socket } = each;
  const gone = socket.route.flatMap((target, index) => (target === null ? [index] : []));
  if (gone.length === 0) return [];
  const all = gone.length === socket.route.length;
  const counter = all ? 'stall_no_target' : 'drop_no_target';
  return [
    {
      cause: 'target-closed',
      says: all ? 'no target of its route is left' : `its route has lost index ${gone.join(', ')}`,
      proof: `${gone.length} of ${socket.route.length} targets gone; ${counter} ${socket.stats[counter] ?? 0}, ${rose(rise(each, counter), each)}`,
      advice: `start the program again, then: flash route set ${socket.id} ${socket.route.map((target) => target?.id ?? 'TARGET').join(' ')}`,
    },
  ];
};

const completionFull: Rule = (each) => {
  const { socket } = each;
  const { completion } = socket.rings;
  const stalls = rise(each, 'stall_cq_full');
  const full = completion !== undefined && completion.used >= completion.size;
  if (socket.route.length === 0 || !(stalls > 0 || (full && isStuck(each)))) return [];
  return [
    {
      cause: 'completion-full',
      says: `its completion ring ${full ? 'is' : 'gets'} full`,
      proof: `${onRing(completion)} its completion ring; stall_cq_full ${rose(stalls, each)}`,
      advice: `${programLabel(socket)} has to take what is on it${whatItDoes(each)}`,
    },
  ];
};

const targetFull: Rule = (each) =>
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

const targetEmpty: Rule = (each) =>
  stallsAt(each, 'stall_fill_empty', isWithoutFrames).map((target) => {
    const stashed = target.stats['stashed'] ?? 0;
    return {
      cause: 'fill-empty',
      says: `the fill ring of its target ${isWithoutFrames(target) ? 'is' : 'gets'} empty`,
      proof:
        `${socketLabel(target)}: ${onRing(target.rings.fill)} its fill ring, ${stashed} frames in its stash; ` +
        `stall_fill_empty ${rose(rise(each, 'stall_fill_empty'), each)}`,
      advice: `${programLabel(target)} has to put frames on it: ${describeFrames(each.now, target)}${whatItDoes(caseOf(each, target))}`,
      about: { id: target.id, cookie: target.cookie },
    } satisfies Finding;
  });

function isWithoutFrames({ rings: { fill }, stats }: SocketFacts): boolean {
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

const dropCounters: Readonly<Record<string, string>> = {
  drop_no_target: 'for an index whose target has gone: set the route again',
  drop_bad_index:
    'for an index past the end of the route: the program takes more targets for granted than the route has',
  drop_oversize: 'too large for the target: give it larger frames, or XDP_USE_SG',
  drop_invalid:
    'descriptors that are invalid: the program writes addresses, lengths or options that no device would take',
};

const drops: Rule = (each) =>
  Object.entries(dropCounters)
    .filter(([counter]) => rise(each, counter) > 0)
    .map(([counter, advice]) => ({
      cause: 'drops',
      says: 'it loses packets',
      proof: `${counter} ${each.socket.stats[counter]}, ${rose(rise(each, counter), each)}`,
      advice,
    }));

const behindAnother: Rule = (each) => {
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

const nobodyKicks: Rule = (each) => {
  const { socket } = each;
  const { tx } = socket.rings;
  if (tx === undefined || socket.ifindex < 0 || !isStuck(each)) return [];
  return [
    {
      cause: 'nobody-polls',
      says: 'its program puts packets on TX and makes no call',
      proof: `${tx.used} packets wait on TX${tx.needsWakeup ? ', which asks for wake-ups' : ''}; no ring is full, no stall was counted`,
      advice: `${programLabel(socket)} has to call sendto() or poll()${whatItDoes(each)}`,
    },
  ];
};

const nobodyTakes: Rule = (each) => {
  const { socket, was } = each;
  const { rx } = socket.rings;
  if (rx === undefined || rx.used === 0 || (was?.rings.rx?.used ?? 0) === 0 || takenBetween(each) !== 0) return [];
  return [
    {
      cause: 'nobody-polls',
      says: 'packets wait on its RX ring, and its program takes none',
      proof: `${onRing(rx)} its RX ring, 0 taken in ${each.seconds.toFixed(1)} s`,
      advice: `${programLabel(socket)} has to take them${whatItDoes(each)}`,
    },
  ];
};

const nothingToSend: Rule = (each) => {
  const { tx } = each.socket.rings;
  if (tx === undefined || tx.used > 0 || sentBetween(each) !== 0) return [];
  return [
    {
      cause: 'nothing-to-send',
      says: 'its program puts nothing on TX',
      proof: `0 of ${tx.size} entries on TX, 0 sent in ${each.seconds.toFixed(1)} s`,
      advice: `look at what it waits for${whatItDoes(each)}`,
    },
  ];
};

const nothingArrives: Rule = (each) => {
  const { socket, now } = each;
  const { rx } = socket.rings;
  if (rx === undefined || rx.used > 0 || takenBetween(each) !== 0) return [];
  const sources = now.sockets.filter(({ route }) => route.some((to) => to?.cookie === socket.cookie));
  const proof = `0 of ${rx.size} entries on its RX ring, 0 taken in ${each.seconds.toFixed(1)} s`;
  if (sources.length > 0) {
    const advice = `look at who sends to it: ${sources.map((source) => `flash explain ${source.id} (${programLabel(source)} ${placeLabel(source)})`).join(', ')}`;
    return [{ cause: 'nothing-arrives', says: 'nothing arrives', proof, advice }];
  }
  const device = deviceOf(now, socket);
  if (device !== undefined && !device.up)
    return [deviceDown(each, 'no socket sends to it, and its device is down', proof)];
  const advice =
    device === undefined || device.xdp !== undefined
      ? `see whether its device gets packets: ip -s link show${device === undefined ? '' : ` dev ${device.ifname}`}`
      : `no XDP program on ${device.ifname} gives it packets: attach one that redirects to its XSKMAP`;
  return [{ cause: 'nothing-arrives', says: 'nothing arrives, and no socket has a route to it', proof, advice }];
};

const ringsUnknown: Rule = (each) => {
  const { rings } = each.socket;
  if (rings.tx !== undefined || rings.rx !== undefined) return [];
  return [
    {
      cause: 'rings-unknown',
      says: 'its rings cannot be read',
      proof:
        each.socket.holders.length === 0
          ? 'no process has them mapped that this user may look at'
          : 'sock_diag does not tell their sizes',
      advice: `be root; the kernel needs CONFIG_XDP_SOCKETS_DIAG${whatItDoes(each)}`,
    },
  ];
};

function onRing(ring: { readonly used: number; readonly size: number } | undefined): string {
  return ring === undefined ? 'unknown how much is on' : `${ring.used} of ${ring.size} entries on`;
}

function whatItDoes(each: Case): string {
  const facts = processOf(each);
  return facts === undefined ? `: ${processAdvice(facts)}` : `: ${describeProcess(facts)}; ${processAdvice(facts)}`;
}

/** All that can hold at once; the first is what matters most. */
const always: readonly Rule[] = [
  ...[notBound, ringsUnknown, nonsense, noRoute, targetClosed, completionFull, targetFull, targetEmpty],
  behindAnother,
];
/** What is said if nothing of that stops it. */
const otherwise: readonly Rule[] = [nobodyKicks, nobodyTakes];
const idle: readonly Rule[] = [nothingToSend, nothingArrives];

export function findCauses(each: Case): readonly Finding[] {
  const found = always.flatMap((rule) => rule(each));
  const explained = found.some(({ cause }) => cause !== 'no-route' && cause !== 'device-down' && cause !== 'nonsense');
  const stops = explained ? found : [...found, ...otherwise.flatMap((rule) => rule(each))];
  return [
    ...stops,
    ...drops(each),
    ...(stops.length > 0 || (sentBetween(each) ?? 0) > 0 ? [] : idle.flatMap((rule) => rule(each))),
  ];
}
