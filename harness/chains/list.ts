import { formatRate } from '../host/rate.js';
import { formatColumns } from '../host/table.js';
import {
  deviceLabel,
  placeLabel,
  programLabel,
  type RingFacts,
  type Snapshot,
  type SocketFacts,
  type XdpFacts,
} from './facts.js';
import { listUmems, type UmemFacts } from './frames.js';
import { sendRate, sumRates } from './hops.js';

/** Everything that `ls` shows. */
export interface Listing {
  readonly sockets: readonly (SocketFacts & Rates)[];
  readonly devices: Snapshot['devices'];
  readonly umems: readonly UmemFacts[];
}

interface Rates {
  readonly sentPerSecond: number | undefined;
  readonly stallsPerSecond: number | undefined;
  readonly dropsPerSecond: number | undefined;
}

export function makeListing(before: Snapshot, now: Snapshot): Listing {
  const used = new Set(now.sockets.map(({ netns, ifindex }) => `${netns} ${ifindex}`));
  return {
    sockets: now.sockets.map((socket) => ({
      ...socket,
      sentPerSecond: sendRate(before, now, socket),
      stallsPerSecond: sumRates(before, now, socket, 'stall_'),
      dropsPerSecond: sumRates(before, now, socket, 'drop_'),
    })),
    devices: now.devices.filter(({ netns, ifindex }) => used.has(`${netns} ${ifindex}`)),
    umems: listUmems(now),
  };
}

export function formatListing({ sockets, devices, umems }: Listing): string {
  if (sockets.length === 0) return 'there are no AF_XDP sockets here';
  const tables = [socketTable(sockets), devices.length === 0 ? undefined : deviceTable(devices), umemTable(umems)];
  return tables.filter((table) => table !== undefined).join('\n\n');
}

function socketTable(sockets: Listing['sockets']): string {
  return formatColumns(
    [
      ...['ID', 'PROGRAM', 'DEVICE', 'MODE', 'UMEM', 'NEXT'],
      ...['RX', 'TX', 'FILL', 'COMPLETION'],
      ...['SENT/s', 'STALLS/s', 'DROPS/s'],
    ],
    sockets.map((socket) => [
      ...[String(socket.id), programLabel(socket), placeLabel(socket)],
      ...[modeLabel(socket), socket.umem < 0 ? '-' : String(socket.umem), nextLabel(socket)],
      ...(['rx', 'tx', 'fill', 'completion'] as const).map((ring) => levelLabel(socket.rings[ring])),
      ...[socket.sentPerSecond, socket.stallsPerSecond, socket.dropsPerSecond].map(rateLabel),
    ]),
  );
}

function deviceTable(devices: Listing['devices']): string {
  return formatColumns(
    ['DEVICE', 'STATE', 'XDP'],
    devices.map((device) => [
      deviceLabel(device),
      device.up ? 'up' : 'down',
      device.xdp.length === 0 ? 'none' : device.xdp.map(xdpLabel).join('; '),
    ]),
  );
}

/** `native xdp_dispatcher 12: xdp_firewall 13, xsk_redirect 14` */
function xdpLabel({ mode, id, name, runs }: XdpFacts): string {
  const own = name === undefined ? String(id) : `${name} ${id}`;
  const all = runs.map((each) => `${each.name} ${each.id}`).join(', ');
  if (runs.length === 0) return `${mode} ${own}`;
  return runs.some((each) => each.id === id) ? `${mode} ${all}` : `${mode} ${own}: ${all}`;
}

function umemTable(umems: readonly UmemFacts[]): string {
  return formatColumns(
    ['UMEM', 'FRAMES', 'FILL', 'RX', 'TX', 'COMPLETION', 'STASH', 'ELSEWHERE', 'OF'],
    umems.map(({ umem, frames, elsewhere, programs, ...where }) => [
      ...[String(umem), frames === undefined ? '?' : `${frames.count} x ${frames.bytes}`],
      ...[where.fill, where.rx, where.tx, where.completion, where.stash].map(String),
      ...[elsewhere === undefined ? '?' : String(elsewhere), programs.join(', ')],
    ]),
  );
}

function modeLabel({ zeroCopy }: SocketFacts): string {
  return zeroCopy === undefined ? '?' : zeroCopy ? 'zc' : 'copy';
}

export function nextLabel({ route }: SocketFacts): string {
  return route.length === 0 ? '-' : route.map((target) => (target === null ? 'gone' : String(target.id))).join(',');
}

export function levelLabel(ring: RingFacts | undefined): string {
  return ring === undefined ? '?' : `${ring.used}/${ring.size}`;
}

export function rateLabel(rate: number | undefined): string {
  return rate === undefined ? '?' : formatRate(rate);
}
