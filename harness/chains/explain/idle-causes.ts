import { deviceOf, placeLabel, programLabel } from '../facts.js';
import { sentBetween, takenBetween, type Rule } from './case.js';
import { deviceDown, onRing, whatItDoes } from './words.js';

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

export const nothingArrives: Rule = (each) => {
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
