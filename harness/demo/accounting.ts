import type { FlashStats } from '../flash/registry.js';
import type { PortStatus } from './functions.js';
import type { LinkCounters } from '../host/netns.js';
import type { CarriedReport, HopReport, SocketReport, WireReport } from './report.js';
import type { Snapshot } from './snapshot.js';
import type { ChainSocket, Hop } from './routes.js';

export interface Interval {
  readonly start: Snapshot;
  readonly end: Snapshot;
}

const redirectDrops = ['drop_bad_index', 'drop_oversize', 'drop_invalid'] as const;

type PortCount = 'rxPackets' | 'rxBytes' | 'txPackets' | 'txBytes' | 'filteredPackets' | 'filteredBytes';

export function portDelta({ start, end }: Interval, socket: string, count: PortCount): number {
  return (end.ports.get(socket)?.[count] ?? 0) - (start.ports.get(socket)?.[count] ?? 0);
}

export function statDelta({ start, end }: Interval, socket: string, name: string): number {
  return (end.stats.get(socket)?.[name] ?? 0) - (start.stats.get(socket)?.[name] ?? 0);
}

function linkDelta({ start, end }: Interval, ifname: string, count: keyof LinkCounters): number {
  return (end.links[ifname]?.[count] ?? 0) - (start.links[ifname]?.[count] ?? 0);
}

function statisticDelta({ start, end }: Interval, socket: string, name: keyof PortStatus['statistics']): number {
  return (end.ports.get(socket)?.statistics[name] ?? 0) - (start.ports.get(socket)?.statistics[name] ?? 0);
}

export function hopReport(interval: Interval, { from, to }: Hop): HopReport {
  return {
    from: from.name,
    to: to.name,
    redirected: statDelta(interval, from.name, 'redirected'),
    copied: statDelta(interval, from.name, 'copied'),
    dropped: redirectDrops.reduce((sum, name) => sum + statDelta(interval, from.name, name), 0),
    bytes: portDelta(interval, to.name, 'rxBytes'),
  };
}

/** Both directions of each wire, and who has a reason to send there: a socket, or the device itself. */
const wireDirections = [
  { wire: 0, end: 0, from: 'n0', to: 'c0', sender: 'nf1.reverse' },
  { wire: 0, end: 1, from: 'c0', to: 'n0', sender: 'c0' },
  { wire: 1, end: 0, from: 'n1', to: 's0', sender: 'nf3.forward' },
  { wire: 1, end: 1, from: 's0', to: 'n1', sender: 's0' },
] as const;

/** From a device at the end of a wire to the first socket of a direction. */
export function inboundWire(interval: Interval, device: string, socket: string): WireReport {
  const drops = {
    'wire full': linkDelta(interval, device, 'txDropped'),
    'RX ring full': statisticDelta(interval, socket, 'rxRingFull'),
    'no frame to receive into': statisticDelta(interval, socket, 'rxDropped'),
    ...lostOnWire(interval, device),
  };
  const packets = linkDelta(interval, device, 'txPackets');
  return { from: device, to: socket, packets, bytes: linkDelta(interval, device, 'txBytes'), drops: happened(drops) };
}

/** From the last socket of a direction over its device to the one at the far end of the wire. */
export function outboundWire(interval: Interval, socket: string, near: string, far: string): WireReport {
  const drops = { 'receiver full': linkDelta(interval, near, 'txDropped'), ...lostOnWire(interval, near) };
  const packets = linkDelta(interval, far, 'rxPackets');
  return { from: socket, to: far, packets, bytes: linkDelta(interval, far, 'rxBytes'), drops: happened(drops) };
}

/** What a wire that counts took from a device and did not bring to the other. */
function lostOnWire(interval: Interval, device: string): Record<string, number> {
  return {
    'no buffer at the far end': wireDelta(interval, device, 'missed'),
    'lost on the wire': wireDelta(interval, device, 'dropped'),
  };
}

function wireDelta({ start, end }: Interval, device: string, count: 'frames' | 'dropped' | 'missed'): number {
  const direction = wireDirections.find(({ from }) => from === device);
  const counted = ({ wires }: Snapshot): number => (direction && wires[direction.wire]?.[count][direction.end]) ?? 0;
  return counted(end) - counted(start);
}

/** What each direction of the wires was given, as they count, beside what was sent there on purpose; nothing of wires that do not count. */
export function carriedReports(interval: Interval): CarriedReport[] {
  return wireDirections
    .filter(({ wire }) => interval.end.wires[wire] !== undefined)
    .map(({ from, to, sender }) => {
      const frames =
        wireDelta(interval, from, 'frames') +
        wireDelta(interval, from, 'missed') +
        wireDelta(interval, from, 'dropped');
      const sent = sender === from ? linkDelta(interval, from, 'txPackets') : portDelta(interval, sender, 'txPackets');
      return { from, to, frames, sender, sent };
    });
}

/** Only what its sender sent may be on a wire: no packet that was redirected, and none from nowhere. */
export function strayFrames(carried: readonly CarriedReport[]): string[] {
  return carried
    .filter(({ frames, sent }) => frames !== sent)
    .map(
      ({ from, to, frames, sender, sent }) =>
        `the wire from ${from} to ${to} was given ${frames} frames and ${sender} sent ${sent}`,
    );
}

function happened(drops: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(drops).filter(([, count]) => count > 0));
}

export function socketReport({ end }: Interval, socket: ChainSocket): SocketReport {
  const port = end.ports.get(socket.name);
  const stats: FlashStats = end.stats.get(socket.name) ?? {};
  return {
    ...{ name: socket.name, flashId: socket.flashId, umem: socket.umem },
    ...{
      rxPackets: port?.rxPackets ?? 0,
      txPackets: port?.txPackets ?? 0,
      filteredPackets: port?.filteredPackets ?? 0,
    },
    ...{ zeroCopyDriver: port?.zeroCopyDriver ?? false, stats },
  };
}

/**
 * Follows the packets of one direction from wire to wire. At every step what goes in must come out
 * or be counted as dropped; each place where that is not so becomes a sentence.
 */
export function unaccountedPackets(
  interval: Interval,
  inbound: WireReport,
  hops: readonly Hop[],
  outbound: WireReport,
): string[] {
  const problems: string[] = [];
  const expect = (what: string, inCount: number, outCount: number): void => {
    if (inCount !== outCount) problems.push(`${what}: ${inCount} packets went in and ${outCount} are accounted for`);
  };
  const dropsOf = ({ drops }: WireReport): number => Object.values(drops).reduce((sum, count) => sum + count, 0);
  // What found the wire full was not counted as a packet.
  const onTheWay = dropsOf(inbound) - (inbound.drops['wire full'] ?? 0);
  expect(`${inbound.from} to ${inbound.to}`, inbound.packets, portDelta(interval, inbound.to, 'rxPackets') + onTheWay);
  for (const name of [inbound.to, ...hops.map(({ to }) => to.name)]) {
    const out = portDelta(interval, name, 'txPackets') + portDelta(interval, name, 'filteredPackets');
    expect(`inside ${name}`, portDelta(interval, name, 'rxPackets'), out);
  }
  for (const hop of hops) {
    const { redirected, dropped } = hopReport(interval, hop);
    expect(`${hop.from.name} leaving`, portDelta(interval, hop.from.name, 'txPackets'), redirected + dropped);
    expect(`${hop.from.name} to ${hop.to.name}`, redirected, portDelta(interval, hop.to.name, 'rxPackets'));
  }
  const sent = portDelta(interval, outbound.from, 'txPackets');
  expect(`${outbound.from} to ${outbound.to}`, sent, outbound.packets + dropsOf(outbound));
  return problems;
}
