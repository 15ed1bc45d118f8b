import test from 'ava';
import type { Cause } from '../../../chains/explain/case.js';
import { explain, type Explanation } from '../../../chains/explain/explain.js';
import { formatExplanation } from '../../../chains/explain/format.js';
import type { DeviceFacts, SocketFacts } from '../../../chains/facts.js';
import type { ProcessFacts } from '../../../chains/processes.js';
import { n0, ring, snapshot, socket } from './support/built-facts.js';

interface Scene {
  /** What socket 0 and others are like at both looks, or at the second alone. */
  readonly before?: readonly SocketFacts[];
  readonly now: readonly SocketFacts[];
  readonly devices?: readonly DeviceFacts[];
  readonly processes?: readonly ProcessFacts[];
}

function explanationOf({ now, before = now, devices = [n0], processes = [] }: Scene): Explanation {
  return explain(
    {
      before: snapshot(10, before, devices),
      now: snapshot(10.5, now, devices),
      processes: new Map(processes.map((each) => [each.pid, each])),
    },
    now[0] as SocketFacts,
  );
}

const waiting = { tx: ring(5, 100) };
const asking = { tx: ring(5, 100, { needsWakeup: true }) };

const cases: readonly (readonly [title: string, scene: Scene, causes: readonly Cause[], proof: RegExp])[] = [
  ['a socket that is not bound', { now: [socket({ id: 0, ifindex: -1, queue: -1 })] }, ['not-bound'], /ifindex is -1/],
  [
    'packets on TX without a route',
    { now: [socket({ id: 0, rings: asking })] },
    ['no-route', 'nobody-polls'],
    /next is -1, and 5 packets wait on TX/,
  ],
  [
    'the same with the device down',
    { now: [socket({ id: 0, rings: asking })], devices: [{ ...n0, up: false }] },
    ['no-route', 'device-down', 'nobody-polls'],
    /next is -1/,
  ],
  [
    'a device that is down beside a route does not matter',
    {
      now: [socket({ id: 0, route: [1], rings: waiting }), socket({ id: 1, rings: { rx: ring(64) } })],
      devices: [{ ...n0, up: false }],
    },
    ['rx-full'],
    /64 of 64 entries on its RX ring/,
  ],
  [
    'a route without a target',
    { now: [socket({ id: 0, route: [-1], rings: asking, stats: { stall_no_target: 4 } })] },
    ['target-closed'],
    /1 of 1 targets gone; stall_no_target 4/,
  ],
  [
    'a route that has lost one of two',
    {
      before: [socket({ id: 0, route: [1, -1], rings: { tx: ring(5, 90) } }), socket({ id: 1 })],
      now: [
        socket({ id: 0, route: [1, -1], rings: { tx: ring(5, 97) }, stats: { drop_no_target: 7 } }),
        socket({ id: 1 }),
      ],
    },
    ['target-closed', 'drops'],
    /1 of 2 targets gone; drop_no_target 7, \+7 in 0.5 s/,
  ],
  [
    'a full RX ring, which the kernel counts, and not the empty fill ring behind it',
    {
      before: [
        socket({ id: 0, route: [1], rings: waiting }),
        socket({ id: 1, rings: { rx: ring(64), fill: ring(0) } }),
      ],
      now: [
        socket({ id: 0, route: [1], rings: waiting, stats: { stall_rx_full: 31 } }),
        socket({ id: 1, rings: { rx: ring(64), fill: ring(0) } }),
      ],
    },
    ['rx-full'],
    /^1 nf1\/1001 n0:1: 64 of 64 entries on its RX ring, 0 taken; stall_rx_full \+31 in 0.5 s$/,
  ],
  [
    'an empty fill ring',
    { now: [socket({ id: 0, route: [1], rings: waiting }), socket({ id: 1, rings: { fill: ring(0) } })] },
    ['fill-empty'],
    /0 of 64 entries on its fill ring, 0 frames in its stash/,
  ],
  [
    'frames in the stash are frames',
    {
      now: [
        socket({ id: 0, route: [1], rings: asking }),
        socket({ id: 1, rings: { fill: ring(0) }, stats: { stashed: 3 } }),
      ],
    },
    ['nobody-polls'],
    /no stall was counted/,
  ],
  [
    'a full completion ring',
    {
      now: [
        socket({ id: 0, route: [1], rings: { ...waiting, completion: ring(64) } }),
        socket({ id: 1, rings: { fill: ring(9) } }),
      ],
    },
    ['completion-full'],
    /^64 of 64 entries on its completion ring/,
  ],
  [
    'of several targets, the one that is full',
    {
      before: [
        socket({ id: 0, route: [1, 2], rings: waiting }),
        socket({ id: 1, rings: { fill: ring(9) } }),
        socket({ id: 2, rings: { rx: ring(64), fill: ring(9) } }),
      ],
      now: [
        socket({ id: 0, route: [1, 2], rings: waiting, stats: { stall_rx_full: 5 } }),
        socket({ id: 1, rings: { fill: ring(9) } }),
        socket({ id: 2, rings: { rx: ring(64), fill: ring(9) } }),
      ],
    },
    ['rx-full'],
    /^2 nf2/,
  ],
  [
    'another source in front',
    {
      before: [
        socket({ id: 0, route: [1], rings: waiting }),
        socket({ id: 1, rings: { fill: ring(9) } }),
        socket({ id: 2, route: [1], stats: { redirected: 100 } }),
      ],
      now: [
        socket({ id: 0, route: [1], rings: waiting }),
        socket({ id: 1, rings: { fill: ring(9) } }),
        socket({ id: 2, route: [1], stats: { redirected: 400 } }),
      ],
    },
    ['behind-another'],
    /got 0 of its packets and 300 of others in 0.5 s; 100 % are of 2 nf2/,
  ],
  [
    'nothing to send, and nothing that arrives from another socket',
    { now: [socket({ id: 0, route: [1] }), socket({ id: 1 }), socket({ id: 2, route: [0] })] },
    ['nothing-to-send', 'nothing-arrives'],
    /0 of 64 entries on TX/,
  ],
  [
    'packets that its program does not take',
    { now: [socket({ id: 0, route: [1], rings: { rx: ring(7, 50) } }), socket({ id: 1 })] },
    ['nobody-polls'],
    /^7 of 64 entries on its RX ring, 0 taken in 0.5 s$/,
  ],
  [
    'nothing arrives because its device is down',
    { now: [socket({ id: 0, route: [0], rings: { tx: undefined } })], devices: [{ ...n0, up: false }] },
    ['nothing-arrives'],
    /0 of 64 entries on its RX ring/,
  ],
  [
    'no socket sends to it, and its device is down',
    { now: [socket({ id: 0 })], devices: [{ ...n0, up: false }] },
    ['nothing-to-send', 'device-down'],
    /0 of 64 entries on TX/,
  ],
  [
    'rings that cannot be read',
    { now: [socket({ id: 0, route: [1], holders: [], rings: { rx: undefined, tx: undefined } }), socket({ id: 1 })] },
    ['rings-unknown'],
    /no process has them mapped/,
  ],
  [
    'indices that its program has overwritten',
    {
      now: [
        socket({ id: 0, route: [1], rings: { tx: ring(4_000_000_000) } }),
        socket({ id: 1, rings: { fill: ring(3) } }),
      ],
    },
    ['nonsense', 'nobody-polls'],
    /^4000000000 entries on its TX ring, which can hold 64$/,
  ],
];

for (const [title, scene, causes, proof] of cases) {
  test(`what holds it up: ${title}`, (t) => {
    const { findings, moves } = explanationOf(scene);

    t.deepEqual(
      findings.map(({ cause }) => cause),
      causes,
    );
    t.regex(findings[0]?.proof ?? '', proof);
    t.is(moves, title.includes('lost one'));
  });
}

test('a socket that moves has nothing that holds it up', (t) => {
  const found = explanationOf({
    before: [socket({ id: 0, route: [1], rings: { tx: ring(5, 4_294_967_290) } }), socket({ id: 1 })],
    now: [socket({ id: 0, route: [1], rings: { tx: ring(5, 4) } }), socket({ id: 1, rings: { fill: ring(3) } })],
  });

  t.is(found.sent, 10, 'indices run over all of u32');
  t.true(found.moves);
  t.deepEqual(found.findings, []);
  t.is(
    formatExplanation(found),
    '0@100 nf0/1000 n0:0 moves: 5 packets on TX, 10 sent in 0.5 s\n\n  nothing holds it up',
  );
});

test('a stopped process is named, and how it goes on', (t) => {
  const { findings } = explanationOf({
    now: [socket({ id: 0, route: [1], rings: waiting }), socket({ id: 1, rings: { rx: ring(64) } })],
    processes: [{ pid: 1001, name: 'nf1', state: 'T', sleepsIn: ['do_signal_stop'] }],
  });

  t.is(findings[0]?.advice, 'nf1/1001 takes nothing: nf1/1001 is stopped by a signal; let it go on: kill -CONT 1001');
});

test('a process that has ended is started again', (t) => {
  const { findings } = explanationOf({
    now: [socket({ id: 0, route: [1], rings: waiting }), socket({ id: 1, rings: { rx: ring(64) } })],
  });

  t.regex(findings[0]?.advice ?? '', /its process has ended: start it again, then set the route again$/);
});

test('what holds up a target is said as well, and a circle of targets ends', (t) => {
  const full = { ...waiting, rx: ring(64) };

  const { because } = explanationOf({
    now: [
      socket({ id: 0, route: [1], rings: full }),
      socket({ id: 1, route: [2], rings: full }),
      socket({ id: 2, route: [0], rings: full }),
    ],
  });

  t.is(because?.socket.id, 1);
  t.is(because?.because?.socket.id, 2);
  t.is(because?.because?.because, undefined);
});

test('the answer is a line of what is so, and for each cause proof and advice', (t) => {
  const text = formatExplanation(
    explanationOf({
      now: [socket({ id: 0, route: [1], rings: waiting }), socket({ id: 1, rings: { fill: ring(0) } })],
      processes: [{ pid: 1001, name: 'nf1', state: 'S', sleepsIn: ['do_poll'] }],
    }),
  );

  t.is(
    text,
    [
      '0@100 nf0/1000 n0:0 does not move: 5 packets on TX, 0 sent in 0.5 s',
      '',
      '  the fill ring of its target is empty',
      '    proof   1 nf1/1001 n0:1: 0 of 64 entries on its fill ring, 0 frames in its stash; stall_fill_empty +0 in 0.5 s',
      '    do      nf1/1001 has to put frames on it: of the 256 frames of UMEM 0, 32 on fill rings, 5 on TX, 219 with programs and drivers: nf1/1001 sleeps, in do_poll; see what it is at: cat /proc/1001/stack, or gdb -p 1001',
    ].join('\n'),
  );
});
