import { deviceOf, programLabel, ringNames } from '../facts.js';
import { isStuck, rise, rose, type Case, type Finding, type Rule } from './case.js';
import { deviceDown, onRing, poolLabel, whatItDoes } from './words.js';

/* What is wrong with a socket itself. */

export const notBound: Rule = ({ socket }) =>
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
export const nonsense: Rule = ({ socket }) =>
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

export const ringsUnknown: Rule = (each) => {
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

export const noRoute: Rule = (each) => {
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
  // What it sends is held up before it gets to the device.
  const routes = hasFullCompletion(each) ? [] : [route];
  if (device === undefined || device.up) return routes;
  return [...routes, deviceDown(each, 'it sends on its device, and that is down', waiting)];
};

export const targetClosed: Rule = (each) => {
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

/** Without a route nobody counts it: whoever sends on a device is told EAGAIN, or nothing. */
export const completionFull: Rule = (each) => {
  const { socket } = each;
  const { completion } = socket.rings;
  const stalls = rise(each, 'stall_cq_full');
  const full = hasFullCompletion(each);
  if (!(stalls > 0 || (full && isStuck(each)))) return [];
  const counted =
    socket.route.length > 0
      ? `stall_cq_full ${rose(stalls, each)}`
      : 'the device gets no packet for which it has no room';
  return [
    {
      cause: 'completion-full',
      says: `its completion ring ${full ? 'is' : 'gets'} full`,
      proof: `${onRing(completion)} its completion ring; ${counted}`,
      advice: `${poolLabel(each)} has to take what is on it${whatItDoes(each)}`,
    },
  ];
};

function hasFullCompletion({
  socket: {
    rings: { completion },
  },
}: Case): boolean {
  return completion !== undefined && completion.used >= completion.size;
}

export const nobodyKicks: Rule = (each) => {
  const { socket } = each;
  const { tx } = socket.rings;
  if (tx === undefined || socket.ifindex < 0 || !isStuck(each)) return [];
  const routed = socket.route.length > 0;
  return [
    {
      cause: 'nobody-polls',
      says: `its program puts packets on TX and makes no call${routed ? '' : ', or its device takes none'}`,
      proof: `${tx.used} packets wait on TX${tx.needsWakeup ? ', which asks for wake-ups' : ''}; no ring is full${routed ? ', no stall was counted' : ''}`,
      advice: `${programLabel(socket)} has to call sendto() or poll()${whatItDoes(each)}`,
    },
  ];
};

export const drops: Rule = (each) =>
  Object.entries(dropCounters)
    .filter(([counter]) => rise(each, counter) > 0)
    .map(([counter, advice]) => ({
      cause: 'drops',
      says: 'it loses packets',
      proof: `${counter} ${each.socket.stats[counter]}, ${rose(rise(each, counter), each)}`,
      advice,
    }));

const dropCounters: Readonly<Record<string, string>> = {
  drop_no_target: 'for an index whose target has gone: set the route again',
  drop_bad_index:
    'for an index past the end of the route: the program takes more targets for granted than the route has',
  drop_oversize: 'too large for the target: give it larger frames, or XDP_USE_SG',
  drop_invalid:
    'descriptors that are invalid: the program writes addresses, lengths or options that no device would take',
};
