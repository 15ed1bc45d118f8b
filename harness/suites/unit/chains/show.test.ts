import test from 'ava';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { printable, type DeviceFacts } from '../../../chains/facts.js';
import { formatMetrics, metrics } from '../../../chains/export/metrics.js';
import { serveMetrics } from '../../../chains/export/serve-metrics.js';
import { formatDot, formatMermaid, makeGraph } from '../../../chains/graph.js';
import { listHops } from '../../../chains/hops.js';
import { formatListing, makeListing } from '../../../chains/list.js';
import { selectSocket } from '../../../chains/select.js';
import { formatTop } from '../../../chains/top.js';
import { FlashError } from '../../../errors.js';
import { repositoryRoot } from '../../../host/repository.js';
import { n0, ring, snapshot, socket } from './support/built-facts.js';

/*   0 => 1 -> 2, of which 2 has a UMEM of its own in another namespace, and 3, whose target has gone   */
const far = { umem: 1, netns: 'blue', pool: 'blue/2/2' };
const chain = (seconds: number, more: Readonly<Record<string, number>> = {}) =>
  snapshot(seconds, [
    socket({ id: 0, route: [1], rings: { tx: ring(3, 10 + (more['redirected'] ?? 0)) }, stats: more }),
    socket({ id: 1, route: [2], rings: { rx: ring(12) } }),
    socket({ id: 2, ...far }),
    socket({ id: 3, route: [-1], rings: { rx: undefined } }),
  ]);

test('ls shows sockets, devices and where the frames of each UMEM are', (t) => {
  const text = formatListing(makeListing(chain(10), chain(10.5, { redirected: 100, stall_rx_full: 6 })));

  t.is(
    text,
    [
      'ID  PROGRAM   DEVICE     MODE  UMEM  NEXT     RX    TX   FILL  COMPLETION  SENT/s  STALLS/s  DROPS/s',
      ' 0  nf0/1000  n0:0       copy     0  1      0/64  3/64  32/64        0/64     200        12        0',
      ' 1  nf1/1001  n0:1       copy     0  2     12/64  0/64  32/64        0/64       0         0        0',
      ' 2  nf2/1002  blue/n0:2  copy     1  -      0/64  0/64  32/64        0/64       0         0        0',
      ' 3  nf3/1003  n0:3       copy     0  gone      ?  0/64  32/64        0/64       0         0        0',
      '',
      'DEVICE  STATE  XDP',
      'n0      up     native xsk_redirect 12',
      '',
      'UMEM  FRAMES      FILL  RX  TX  COMPLETION  STASH  ELSEWHERE  OF',
      '   0  256 x 2048    96  12   3           0      0        145  nf0/1000, nf1/1001, nf3/1003',
      '   1  256 x 2048    32   0   0           0      0        224  nf2/1002',
    ].join('\n'),
  );
});

test('ls names the XDP programs of a device, and those that they run', (t) => {
  const dispatcher = { mode: 'native', id: 7, name: 'xdp_dispatcher' };
  const [firewall, redirect] = [
    { id: 8, name: 'xdp_firewall' },
    { id: 9, name: 'xsk_redirect' },
  ];
  const shown = (xdp: DeviceFacts['xdp']): string | undefined => {
    const now = snapshot(0, [socket({ id: 0 })], [{ ...n0, xdp }]);
    return /^n0 +up +(.*)$/m.exec(formatListing(makeListing(now, now)))?.[1];
  };

  t.is(shown([]), 'none');
  t.is(shown([{ mode: 'generic', id: 7, runs: [] }]), 'generic 7');
  t.is(
    shown([{ ...dispatcher, runs: [firewall, redirect] }]),
    'native xdp_dispatcher 7: xdp_firewall 8, xsk_redirect 9',
  );
  t.is(
    shown([
      { mode: 'native', ...firewall, runs: [firewall, redirect] },
      { mode: 'offload', ...redirect, runs: [redirect] },
    ]),
    'native xdp_firewall 8, xsk_redirect 9; offload xsk_redirect 9',
  );
});

test('a machine without sockets says so', (t) => {
  t.is(formatListing(makeListing(snapshot(0, []), snapshot(1, []))), 'there are no AF_XDP sockets here');
});

test('top has a line for each hop, and says which end holds it up', (t) => {
  const hops = listHops(chain(10), chain(11, { redirected: 320_000, stall_rx_full: 6, wakeups: 3 }), [
    { source: 0, target: 1, count: 10, moved: 123 },
  ]);

  t.is(
    formatTop(hops, { time: '03:12:07', seconds: 1 }),
    [
      '03:12:07  3 hops in 1.0 s',
      'HOP                                      PACKETS/s  BATCH    TX  COMPL.     RX   FILL  WAKE-UPS/s  DROPS/s  STALLS/s   WAITS FOR',
      '0 nf0/1000 n0:0 -> 1 nf1/1001 n0:1          320.0k   12.3  3/64    0/64  12/64  32/64           3        0  rx_full 6  target: takes too few packets',
      '1 nf1/1001 n0:1 -> 2 nf2/1002 blue/n0:2          0      -  0/64    0/64   0/64  32/64           0        0  -          source: nothing to send',
      '3 nf3/1003 n0:3 -> gone                          0      -  0/64    0/64      ?      ?           0        0  -          target: has gone',
    ].join('\n'),
  );
});

test('with several targets, rates follow from the batches that were traced', (t) => {
  const sockets = (redirected: number) => [
    socket({ id: 0, route: [1, 2], stats: { redirected } }),
    socket({ id: 1 }),
    socket({ id: 2 }),
  ];

  const traced = listHops(snapshot(0, sockets(0)), snapshot(1, sockets(1000)), [
    { source: 0, target: 1, count: 3, moved: 30 },
    { source: 0, target: 2, count: 1, moved: 10 },
  ]);
  const untraced = listHops(snapshot(0, sockets(0)), snapshot(1, sockets(1000)));

  t.deepEqual(
    traced.map(({ packetsPerSecond, estimated }) => [packetsPerSecond, estimated]),
    [
      [750, true],
      [250, true],
    ],
  );
  t.deepEqual(
    untraced.map(({ packetsPerSecond }) => packetsPerSecond),
    [undefined, undefined],
  );
});

test('a socket whose id another has taken over has no rate', (t) => {
  const [hop] = listHops(
    snapshot(0, [socket({ id: 0, cookie: '7', route: [1] }), socket({ id: 1 })]),
    snapshot(1, [socket({ id: 0, route: [1], stats: { redirected: 5 } }), socket({ id: 1 })]),
  );

  t.is(hop?.packetsPerSecond, undefined);
  t.is(hop?.bottleneck.end, 'unknown');
});

test('the graph is Mermaid and DOT', (t) => {
  const graph = makeGraph(chain(0));

  t.is(
    formatMermaid(graph),
    [
      'flowchart LR',
      ...['  subgraph p0["nf0/1000"]', '    s0["0: n0:0"]', '  end'],
      ...['  subgraph p1["nf1/1001"]', '    s1["1: n0:1"]', '  end'],
      ...['  subgraph p2["nf2/1002"]', '    s2["2: blue/n0:2"]', '  end'],
      ...['  subgraph p3["nf3/1003"]', '    s3["3: n0:3"]', '  end'],
      ...['  d2_(["n0"])', '  d2_blue(["blue/n0"])', '  gone3_0(["gone"])'],
      ...['  s0 ==> s1', '  s1 --> s2', '  s3 --> gone3_0', '  d2_ -.-> s0', '  d2_ -.-> s3', '  s2 -.-> d2_blue'],
    ].join('\n'),
  );
  t.regex(formatDot(graph), /^digraph flash \{\n {2}rankdir=LR;\n[\s\S]* {2}s0 -> s1 \[style=bold\];\n[\s\S]*\}$/);
});

test('a program that calls itself strange things breaks no graph', (t) => {
  const graph = makeGraph(snapshot(0, [socket({ id: 0, program: 'a"]\n\\;--', pid: 0 })]));

  t.true(formatMermaid(graph).includes('["a#34;]#10;#92;#59;--"]'), formatMermaid(graph));
  t.true(formatDot(graph).includes('label="a\\"]\n\\\\;--"'), formatDot(graph));
});

test('names that a terminal would obey are made harmless', (t) => {
  t.is(printable('nf\u001b[2J\n\u202e\u009bx'), 'nf?[2J???x');
});

test('sockets are found by id, cookie, program and place', (t) => {
  const now = snapshot(0, [
    socket({ id: 0, program: 'nf' }),
    socket({ id: 1, program: 'nf' }),
    socket({ id: 2, ...far }),
  ]);

  const found = ['0', '1@101', 'nf/n0:1', 'nf/1000', 'nf2', 'nf2/blue/n0', 'nf2/blue/n0:2'].map(
    (name) => selectSocket(now, name).id,
  );

  t.deepEqual(found, [0, 1, 1, 0, 2, 2, 2]);
});

for (const [name, message, advice] of [
  ['nf', /^"nf" is 2 sockets$/, /^say which: 0, 1, or as nf\/n0:0$/],
  ['1@7', /^socket 1@7 has gone; its id is another's now$/, /^if you mean that one: 1@101$/],
  ['nobody', /^there is no socket "nobody" that this user may see$/, /PROGRAM\/DEVICE:QUEUE/],
] as const) {
  test(`a socket that is not one says what to do: ${name}`, (t) => {
    const now = snapshot(0, [socket({ id: 0, program: 'nf' }), socket({ id: 1, program: 'nf' })]);

    const error = t.throws(() => selectSocket(now, name), { instanceOf: FlashError, message });

    t.regex((error as FlashError).details.advice ?? '', advice);
  });
}

test('the figures are in the text format of Prometheus, by socket', async (t) => {
  const text = await formatMetrics(chain(0, { redirected: 7, drop_oversize: 2 }));

  const own = 'id="0",cookie="100",program="nf0",pid="1000",place="n0:0"';
  for (const line of [
    '# TYPE flash_redirected_descriptors_total counter',
    `flash_redirected_descriptors_total{${own}} 7`,
    `flash_dropped_packets_total{${own},cause="oversize"} 2`,
    `flash_ring_used_entries{${own},ring="tx"} 3`,
    `flash_route_info{${own},index="0",target="1"} 1`,
    'flash_umem_frames{umem="1",where="elsewhere"} 224',
  ]) {
    t.true(text.split('\n').includes(line), `${line}\n\n${text}`);
  }
});

test('they are served at /metrics, as they are then', async (t) => {
  let calls = 0;
  await using server = await serveMetrics({ host: '127.0.0.1', port: 0 }, () =>
    Promise.resolve(`flash_looks ${++calls}\n`),
  );

  const first = await fetch(server.url);
  const second = await fetch(server.url);
  const other = await fetch(new URL('/', server.url));

  t.deepEqual([await first.text(), await second.text()], ['flash_looks 1\n', 'flash_looks 2\n']);
  t.regex(first.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  t.is(other.status, 404);
});

test('an address that is taken is said to be', async (t) => {
  await using server = await serveMetrics({ host: '127.0.0.1', port: 0 }, () => Promise.resolve(''));
  const port = Number(new URL(server.url).port);

  await t.throwsAsync(
    serveMetrics({ host: '127.0.0.1', port }, () => Promise.resolve('')),
    { message: /EADDRINUSE/ },
  );
});

test('the board draws figures that are exported, and each of them', (t) => {
  const board = readFileSync(join(repositoryRoot, 'docs', 'grafana', 'flash.json'), 'utf8');

  const drawn = new Set([...board.matchAll(/\bflash_\w+/g)].map(([name]) => name));

  t.deepEqual([...drawn].sort(), Object.values(metrics).sort());
});
