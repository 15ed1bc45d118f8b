import test from 'ava';
import {
  carriedReports,
  inboundWire,
  outboundWire,
  strayFrames,
  unaccountedPackets,
  type Interval,
} from '../../../demo/accounting.js';
import type { PortStatus } from '../../../demo/functions.js';
import type { LinkCounters } from '../../../host/netns.js';
import { chainNics } from '../../../demo/nic-wires.js';
import type { Snapshot } from '../../../demo/snapshot.js';
import type { WireCounters } from '../../../nics/control.js';

interface Counts {
  /** What c0 sent, what arrived at nf1 and what nf1 sent back, and what c0 received. */
  readonly c0Sent: number;
  readonly nf1Received: number;
  readonly nf1Sent: number;
  readonly c0Received: number;
  /** Of the wire n0-c0; there and back. */
  readonly wire?: Partial<Record<'frames' | 'missed' | 'dropped', readonly [number, number]>>;
}

const nothing: Counts = { c0Sent: 0, nf1Received: 0, nf1Sent: 0, c0Received: 0, wire: {} };

function snapshot({ c0Sent, nf1Received, nf1Sent, c0Received, wire }: Counts): Snapshot {
  const port = (rxPackets: number, txPackets: number): PortStatus => ({
    ...{ direction: 'forward', ifname: 'n0', queue: 0, zeroCopyDriver: true, refusedKicks: 0 },
    ...{ rxPackets, rxBytes: 0, txPackets, txBytes: 0, filteredPackets: 0, filteredBytes: 0 },
    statistics: { rxDropped: 0, rxInvalidDescs: 0, txInvalidDescs: 0, rxRingFull: 0, rxFillRingEmpty: 0 },
    frames: { free: [], fill: [], rx: [], tx: [], completion: [] },
  });
  const link = (rxPackets: number, txPackets: number): LinkCounters => ({
    ...{ ifindex: 1, rxPackets, rxBytes: 0, rxDropped: 0, txPackets, txBytes: 0, txDropped: 0 },
  });
  const none: [number, number] = [0, 0];
  const counters = {
    wire: 0,
    frames: none,
    bytes: none,
    dropped: none,
    missed: none,
    waiting: none,
    ...wire,
  } as WireCounters;
  return {
    statuses: [],
    ports: new Map([
      ['nf1.forward', port(nf1Received, nf1Received)],
      ['nf1.reverse', port(nf1Sent, nf1Sent)],
    ]),
    stats: new Map(),
    links: { n0: link(0, 0), c0: link(c0Received, c0Sent) },
    wires: wire === undefined ? [] : [counters],
  };
}

/** What is wrong between c0 and nf1, after what is counted. */
function problemsOf(counts: Counts): string[] {
  const interval: Interval = { start: snapshot(nothing), end: snapshot(counts) };
  const inbound = inboundWire(interval, 'c0', 'nf1.forward');
  const outbound = outboundWire(interval, 'nf1.reverse', 'n0', 'c0');
  return [...unaccountedPackets(interval, inbound, [], outbound), ...strayFrames(carriedReports(interval))];
}

const sound: Counts = { c0Sent: 5, nf1Received: 5, nf1Sent: 3, c0Received: 3, wire: { frames: [3, 5] } };

for (const { title, counts, problems } of [
  { title: 'wires that bring what they were given', counts: sound, problems: [] },
  { title: 'wires that do not count', counts: { ...sound, wire: undefined }, problems: [] },
  {
    title: 'frames that a wire says it lost',
    counts: { ...sound, nf1Received: 2, c0Received: 1, wire: { frames: [1, 2], missed: [2, 0], dropped: [0, 3] } },
    problems: [],
  },
  {
    title: 'frames that were lost and nobody says so',
    counts: { ...sound, nf1Received: 4, c0Received: 2 },
    problems: [
      'c0 to nf1.forward: 5 packets went in and 4 are accounted for',
      'nf1.reverse to c0: 3 packets went in and 2 are accounted for',
    ],
  },
  {
    title: 'a redirected packet on a wire',
    counts: { ...sound, wire: { frames: [4, 5] } },
    problems: ['the wire from n0 to c0 was given 4 frames and nf1.reverse sent 3'],
  },
  {
    title: 'a redirected packet that a wire lost',
    counts: { ...sound, wire: { frames: [3, 5], missed: [1, 0] } },
    problems: [
      'nf1.reverse to c0: 3 packets went in and 4 are accounted for',
      'the wire from n0 to c0 was given 4 frames and nf1.reverse sent 3',
    ],
  },
] satisfies readonly {
  title: string;
  counts: Omit<Counts, 'wire'> & { wire?: Counts['wire'] | undefined };
  problems: string[];
}[]) {
  test(`${title}: ${problems.length === 0 ? 'everything is accounted for' : 'noticed'}`, (t) => {
    t.deepEqual(problemsOf(counts as Counts), problems);
  });
}

test('the wires of a chain lead from n0 to c0 and from n1 to s0', (t) => {
  const { ports, wires } = chainNics('i40e');

  t.deepEqual(
    ports.map(({ model }) => model),
    ['i40e', 'i40e', 'i40e', 'i40e'],
  );
  t.deepEqual(wires, [
    [0, { port: 2 }],
    [1, { port: 3 }],
  ]);
});
