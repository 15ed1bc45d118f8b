import { release } from 'node:os';
import { inNetns } from '../ffi/netns.js';
import { listSockets, requireFlash } from '../flash/registry.js';
import {
  carriedReports,
  hopReport,
  inboundWire,
  outboundWire,
  portDelta,
  socketReport,
  strayFrames,
  unaccountedPackets,
  type Interval,
} from './accounting.js';
import { auditFrames, auditProblems } from './audit.js';
import { startFunctions } from './functions.js';
import { takeSample } from './take-sample.js';
import { readLinks } from '../host/netns.js';
import type { ChainEvent, ChainReport, UmemReport } from './report.js';
import { startServers, type Servers } from './servers.js';
import { snapshotAtRest, type Snapshot } from './snapshot.js';
import { buildTopology, chainFunctions, type Topology } from './topology.js';
import { downloadOverTcp, ping, sendUdp } from './traffic.js';
import { vethWires } from './veth-wires.js';
import type { Wires } from './wires.js';
import { chainHops, connect, findSockets, type ChainSocket, type Hop } from './routes.js';

export interface ChainOptions {
  readonly separateUmem: boolean;
  /** Pairs of veth devices unless told. */
  readonly wires?: Wires;
  readonly pings?: number;
  /** A download has at least so many, and takes at least so long. */
  readonly tcpMebibytes?: number;
  readonly tcpSeconds?: number;
  /** How many datagrams go to the open port, and as many to the filtered one. */
  readonly udpPairs?: number;
  readonly onEvent?: (event: ChainEvent) => void;
  /** Awaited while the chain is still in place. */
  readonly beforeTearDown?: () => Promise<void>;
}

const sampleIntervalMs = 500;

/** Builds the chain, sends real traffic through it and accounts for every packet and frame. */
export async function runChain(options: ChainOptions): Promise<ChainReport> {
  const startMs = Date.now();
  const { separateUmem, wires = vethWires } = options;
  const zeroCopy = wires.nic !== undefined;
  const phase = (name: string): void => options.onEvent?.({ kind: 'phase', phase: name });
  requireFlash();

  phase('build the namespaces and wires');
  await using topology = await buildTopology('flash', wires);
  phase('start the servers and the network functions');
  await using servers = await startServers(topology.server, {
    mebibytes: options.tcpMebibytes ?? 16,
    seconds: options.tcpSeconds ?? 10,
  });
  await using functions = await startFunctions({
    netns: topology.middle,
    functions: chainFunctions,
    separateUmem,
    zeroCopy,
  });
  await wires.ready?.();
  const statuses = await functions.status();
  const sockets = findSockets(statuses, await readLinks(topology.middle), inNetns(topology.middle, listSockets));
  const hops = chainHops(sockets);

  phase('write the routes');
  using _routes = connect(hops);
  const start = await snapshotAtRest(topology, functions, sockets);
  const traffic = await watched({ pid: statuses[0]?.pid ?? process.pid, hops }, startMs, options.onEvent, () =>
    sendTraffic(topology, servers, options, phase),
  );
  phase('come to rest and count');
  const end = await snapshotAtRest(topology, functions, sockets);

  const report = buildReport({ start, end }, sockets, hops, traffic, options, (Date.now() - startMs) / 1000);
  options.onEvent?.({ kind: 'report', report });
  await options.beforeTearDown?.();
  return report;
}

async function sendTraffic(
  topology: Topology,
  servers: Servers,
  options: ChainOptions,
  phase: (name: string) => void,
): Promise<ChainReport['traffic']> {
  const pings = options.pings ?? 20;
  const udpPairs = options.udpPairs ?? 40;
  phase(`ping: ${pings} packets`);
  const pingResult = await ping(topology, pings);
  phase(`UDP: ${udpPairs} datagrams to an open port, ${udpPairs} to the filtered one`);
  const udp = await sendUdp(topology, servers.udp, udpPairs);
  phase('TCP: a download over HTTP');
  const tcp = await downloadOverTcp(topology, servers.http);
  return { ping: pingResult, tcp, udp };
}

/** Reports samples while the work goes on, and none after it. */
async function watched<T>(
  source: Parameters<typeof takeSample>[0],
  startMs: number,
  onEvent: ChainOptions['onEvent'],
  work: () => Promise<T>,
): Promise<T> {
  const report = (): void => onEvent?.({ kind: 'sample', sample: takeSample(source, (Date.now() - startMs) / 1000) });
  const timer = setInterval(report, sampleIntervalMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

function buildReport(
  interval: Interval,
  sockets: readonly ChainSocket[],
  hops: readonly Hop[],
  traffic: ChainReport['traffic'],
  { separateUmem, wires: { nic } = vethWires }: ChainOptions,
  seconds: number,
): ChainReport {
  const wires = [
    inboundWire(interval, 'c0', 'nf1.forward'),
    outboundWire(interval, 'nf3.forward', 'n1', 's0'),
    inboundWire(interval, 's0', 'nf3.reverse'),
    outboundWire(interval, 'nf1.reverse', 'n0', 'c0'),
  ] as const;
  const inDirection = (direction: string): Hop[] => hops.filter(({ from }) => from.direction === direction);
  const { umems, problems: auditing } = auditBoth(interval, sockets);
  const carried = carriedReports(interval);
  const hopReports = hops.map((hop) => hopReport(interval, hop));
  const problems = [
    ...unaccountedPackets(interval, wires[0], inDirection('forward'), wires[1]),
    ...unaccountedPackets(interval, wires[2], inDirection('reverse'), wires[3]),
    ...strayFrames(carried),
    ...auditing,
    ...trafficProblems(interval, traffic),
    ...hopReports
      .filter(({ copied }) => !separateUmem && copied > 0)
      .map(({ from }) => `${from} copied packets although the UMEM is shared`),
  ];
  return {
    ...{
      ok: problems.length === 0,
      problems,
      kernel: release(),
      seconds,
      sharedUmem: !separateUmem,
      ...(nic && { nic }),
    },
    ...{
      hops: hopReports,
      wires,
      carried,
      umems,
      sockets: sockets.map((socket) => socketReport(interval, socket)),
      traffic,
    },
  };
}

function auditBoth(
  { start, end }: Interval,
  sockets: readonly ChainSocket[],
): { umems: UmemReport[]; problems: string[] } {
  const names = new Map(sockets.map(({ flashId, name }) => [flashId, name]));
  const audit = ({ statuses, stats }: Snapshot) =>
    auditFrames(statuses, sockets, (flashId) => stats.get(names.get(flashId) ?? '')?.['stashed'] ?? 0);
  const [before, after] = [audit(start), audit(end)];
  const umems = before.map(({ umem, frames, accounted }, index) => {
    const last = after[index];
    return { umem, frames, start: accounted, end: last?.accounted ?? 0, stashed: last?.stashed ?? 0 };
  });
  return {
    umems,
    problems: [...auditProblems(before, 'before the traffic'), ...auditProblems(after, 'after the traffic')],
  };
}

function trafficProblems(interval: Interval, { ping: pings, tcp, udp }: ChainReport['traffic']): string[] {
  const filtered = portDelta(interval, 'nf2.forward', 'filteredPackets');
  return [
    ...(pings.lost === 0 ? [] : [`ping lost ${pings.lost} of ${pings.sent} packets`]),
    ...(tcp.sha256ok ? [] : ['the file arrived over TCP with another checksum']),
    ...(udp.received * 2 === udp.sent
      ? []
      : [`${udp.received} of ${udp.sent / 2} UDP datagrams to the open port arrived`]),
    ...(udp.filtered === filtered ? [] : [`${udp.filtered} datagrams were filtered on the way, nf2 says ${filtered}`]),
    ...(udp.filtered * 2 === udp.sent
      ? []
      : [`${udp.filtered} of ${udp.sent / 2} UDP datagrams to the filtered port were filtered`]),
  ];
}
