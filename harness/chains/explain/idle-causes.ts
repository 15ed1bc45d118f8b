import { deviceOf, placeLabel, programLabel, type SocketFacts } from '../facts.js';
import { sentBetween, sourcesOf, takenBetween, type Case, type Rule } from './case.js';
import { isWithoutFrames } from './target-causes.js';
import { deviceDown, framesNeeded, onRing, whatItDoes } from './words.js';

/* Why a socket has nothing to do, or its program does nothing. */

export const nobodyTakes: Rule = (each) => {
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

export const nothingToSend: Rule = (each) => {
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

/**
 * In zero-copy mode a driver takes frames ahead of packets, and may have some when the ring is empty. Other sockets are
 * never given those.
 */
export const hasNoFrames: Rule = (each) => {
  if (!getsNothing(each) || !isWithoutFrames(each.socket)) return [];
  const { fill } = each.socket.rings;
  const asks = fill?.needsWakeup === true ? '; its driver asks for more' : '';
  return [
    {
      cause: 'fill-empty',
      says: driverMayHaveFrames(each)
        ? 'its fill ring is empty: packets arrive only as long as its driver has frames left'
        : 'its fill ring is empty: there is nowhere to put what arrives',
      proof: `${onRing(fill)} its fill ring, 0 frames in its stash${asks}; 0 taken from RX in ${each.seconds.toFixed(1)} s`,
      advice: framesNeeded(each),
    },
  ];
};

const getsNothing = (each: Case): boolean => each.socket.rings.rx?.used === 0 && takenBetween(each) === 0;

const driverMayHaveFrames = (each: Case): boolean => each.socket.zeroCopy !== false && sourcesOf(each).length === 0;

/** Whatever came would find no frame, so that it is not for others to see whether something comes. */
function isHeldUpItself(each: Case, sources: readonly SocketFacts[]): boolean {
  if (!isWithoutFrames(each.socket) || driverMayHaveFrames(each)) return false;
  return sources.length === 0 || sources.some(({ rings }) => (rings.tx?.used ?? 0) > 0);
}

export const nothingArrives: Rule = (each) => {
  const { socket, now } = each;
  if (!getsNothing(each)) return [];
  const sources = sourcesOf(each);
  const proof = `${onRing(socket.rings.rx)} its RX ring, 0 taken in ${each.seconds.toFixed(1)} s`;
  const device = deviceOf(now, socket);
  if (sources.length === 0 && device !== undefined && !device.up)
    return [deviceDown(each, 'no socket sends to it, and its device is down', proof)];
  if (isHeldUpItself(each, sources)) return [];
  if (sources.length > 0) {
    const advice = `look at who sends to it: ${sources.map((source) => `flash explain ${source.id} (${programLabel(source)} ${placeLabel(source)})`).join(', ')}`;
    return [{ cause: 'nothing-arrives', says: 'nothing arrives', proof, advice }];
  }
  const advice =
    device === undefined || device.xdp.length > 0
      ? `see whether its device gets packets: ip -s link show${device === undefined ? '' : ` dev ${device.ifname}`}`
      : `no XDP program on ${device.ifname} gives it packets: attach one that redirects to its XSKMAP`;
  return [{ cause: 'nothing-arrives', says: 'nothing arrives, and no socket has a route to it', proof, advice }];
};
