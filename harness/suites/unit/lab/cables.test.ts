import test from 'ava';
import { readLabFrame, writeLabFrame } from '../../../lab/cables/frame.js';
import { judgeCables } from '../../../lab/cables/judge-cables.js';
import type { Cable } from '../../../lab/inventory/inventory.js';

const cables: readonly Cable[] = [
  [
    { machine: 'dut', port: 'p0' },
    { machine: 'peer', port: 'p0' },
  ],
];

test('a frame says which port it came from, to its own run alone', (t) => {
  const frame = writeLabFrame('one', 'dut.p0');

  t.true(frame.length >= 60);
  t.is(readLabFrame(frame, 'one'), 'dut.p0');
  t.is(readLabFrame(frame, 'two'), undefined);
});

for (const { title, heard, state, found, advice } of [
  {
    title: 'a cable that is where the inventory has it',
    heard: [
      { from: 'dut.p0', at: 'peer.p0' },
      { from: 'peer.p0', at: 'dut.p0' },
    ],
    state: 'ok',
    found: 'frames pass both ways',
    advice: undefined,
  },
  {
    title: 'a cable that leads elsewhere',
    heard: [
      { from: 'dut.p0', at: 'peer.p1' },
      { from: 'peer.p1', at: 'dut.p0' },
    ],
    state: 'missing',
    found: 'frames of dut.p0 arrive at peer.p1; frames of peer.p0 arrive nowhere',
    advice: 'the inventory is wrong, or the cable: what there is is [dut.p0, peer.p1]',
  },
  {
    title: 'no cable at all',
    heard: [],
    state: 'missing',
    found: 'frames of dut.p0 arrive nowhere; frames of peer.p0 arrive nowhere',
    advice: 'look for the cable',
  },
  {
    title: 'a switch',
    heard: [
      { from: 'dut.p0', at: 'peer.p0' },
      { from: 'dut.p0', at: 'peer.p1' },
    ],
    state: 'missing',
    found: 'frames of dut.p0 arrive at peer.p0, peer.p1; frames of peer.p0 arrive nowhere',
    advice: 'this looks like a switch and no cable',
  },
] as const) {
  test(`doctor tells ${title}`, (t) => {
    t.like(judgeCables(cables, heard), [
      { what: 'dut.p0 - peer.p0', state, found, ...(advice !== undefined && { advice }) },
    ]);
  });
}
