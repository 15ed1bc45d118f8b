import test from 'ava';
import type { Cause } from '../../../chains/explain/case.js';
import { n0, ring, socket } from './support/built-facts.js';
import { asking, explanationOf, waiting, type Scene } from './support/explanation-of.js';

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
    'a full completion ring of a socket that sends on its device',
    { now: [socket({ id: 0, rings: { ...asking, completion: ring(64) } })] },
    ['completion-full'],
    /^64 of 64 entries on its completion ring; the device gets no packet for which it has no room$/,
  ],
  [
    'a full completion ring, and the device is down',
    { now: [socket({ id: 0, rings: { ...asking, completion: ring(64) } })], devices: [{ ...n0, up: false }] },
    ['device-down', 'completion-full'],
    /^n0 is not UP; 5 packets wait on TX$/,
  ],
  [
    'packets on TX for a device, and room for all completions but one',
    { now: [socket({ id: 0, rings: { ...waiting, completion: ring(63) } })] },
    ['no-route', 'nobody-polls'],
    /next is -1/,
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
    'no frames for what its device gets',
    { now: [socket({ id: 0, route: [1], rings: { fill: ring(0) } }), socket({ id: 1 })] },
    ['nothing-to-send', 'fill-empty'],
    /0 of 64 entries on TX/,
  ],
  [
    'no frames, and its device is down',
    { now: [socket({ id: 0, rings: { fill: ring(0), tx: undefined } })], devices: [{ ...n0, up: false }] },
    ['fill-empty', 'device-down'],
    /^0 of 64 entries on its fill ring, 0 frames in its stash; 0 taken from RX in 0.5 s$/,
  ],
  [
    'no frames in the ring, and a driver that may have taken some before',
    {
      now: [
        socket({ id: 0, zeroCopy: true, rings: { fill: ring(0, 90, { needsWakeup: true }), tx: undefined } }),
        socket({ id: 1 }),
      ],
    },
    ['fill-empty', 'nothing-arrives'],
    /its stash; its driver asks for more; 0 taken/,
  ],
  [
    'no frames for what another socket sends, whatever its driver has',
    {
      now: [
        socket({ id: 0, zeroCopy: true, rings: { fill: ring(0), tx: undefined } }),
        socket({ id: 1, route: [0], rings: waiting }),
      ],
    },
    ['fill-empty'],
    /^0 of 64 entries on its fill ring/,
  ],
  [
    'no frames, and nobody who sends it any packet',
    { now: [socket({ id: 0, rings: { fill: ring(0), tx: undefined } }), socket({ id: 1, route: [0] })] },
    ['fill-empty', 'nothing-arrives'],
    /^0 of 64 entries on its fill ring/,
  ],
  [
    'an empty fill ring, and frames in the stash',
    { now: [socket({ id: 0, rings: { fill: ring(0), tx: undefined }, stats: { stashed: 2 } })] },
    ['nothing-arrives'],
    /0 of 64 entries on its RX ring/,
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
