import type { FlashStats } from '../flash/registry.js';
import type { PortStatus } from './functions.js';
import type { LinkCounters } from './netns.js';
import type { HopReport, SocketReport, WireReport } from './report.js';
import type { Snapshot } from './snapshot.js';
import type { ChainSocket, Hop } from './wiring.js';

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

/** From a device at the end of a wire to the first socket of a direction. */
export function inboundWire(interval: Interval, device: string, socket: string): WireReport {
  const drops = {
    'wire full': linkDelta(interval, device, 'txDropped'),
    'RX ring full': statisticDelta(interval, socket, 'rxRingFull'),
    'no frame to receive into': statisticDelta(interval, socket, 'rxDropped'),
  };
  const packets = linkDelta(interval, device, 'txPackets');
  return { from: device, to: socket, packets, bytes: linkDelta(interval, device, 'txBytes'), drops: happened(drops) };
}

/** From the last socket of a direction over its device to the one at the far end of the wire. */
export function outboundWire(interval: Interval, socket: string, near: string, far: string): WireReport {
  const drops = { 'receiver full': linkDelta(interval, near, 'txDropped') };
  const packets = linkDelta(interval, far, 'rxPackets');
  return { from: socket, to: far, packets, bytes: linkDelta(interval, far, 'rxBytes'), drops: happened(drops) };
}

function happened(drops: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(drops).filter(([, count]) => count > 0));
}

export function socketReport({ end }: Interval, socket: ChainSocket): SocketReport {
  const port = end.ports.get(socket.name);
  const stats: FlashStats = end.stats.get(socket.name) ?? {};
  return {
    ...{ name: socket.name, flashId: socket.flashId, umem: socket.umem },
    ...{ rxPackets: port?.rxPackets ?? 0, txPackets: port?.txPackets ?? 0, filteredPackets: port?.filteredPackets ?? 0 },
    ...{ zeroCopyDriver: port?.zeroCopyDriver ?? false, stats },
  };
}

/**
 * Follows the packets of one direction from wire to wire. At every step what goes in must come out
 * or be counted as dropped; each place where that is not so becomes a sentence.
 */
export function unaccountedPackets(interval: Interval, inbound: WireReport, hops: readonly Hop[], outbound: WireReport): string[] {
  const problems: string[] = [];
  const expect = (what: string, inCount: number, outCount: number): void => {
    if (inCount !== outCount) problems.push(`${what}: ${inCount} packets went in and ${outCount} are accounted for`);
  };
  const socketDrops = (inbound.drops['RX ring full'] ?? 0) + (inbound.drops['no frame to receive into'] ?? 0);
  expect(`${inbound.from} to ${inbound.to}`, inbound.packets, portDelta(interval, inbound.to, 'rxPackets') + socketDrops);
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
  expect(`${outbound.from} to ${outbound.to}`, sent, outbound.packets + (outbound.drops['receiver full'] ?? 0));
  return problems;
}
