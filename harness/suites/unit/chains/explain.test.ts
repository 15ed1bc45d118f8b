import test from 'ava';
import { formatExplanation } from '../../../chains/explain/format.js';
import { ring, socket } from './support/built-facts.js';
import { explanationOf, waiting } from './support/explanation-of.js';

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

test('what is on the completion ring of the last socket of a chain is what holds up the first', (t) => {
  const { findings, because } = explanationOf({
    now: [
      socket({ id: 0, route: [1], rings: waiting }),
      socket({ id: 1, rings: { ...waiting, rx: ring(64), completion: ring(64) } }),
    ],
  });

  t.is(findings[0]?.cause, 'rx-full');
  t.deepEqual(
    because?.findings.map(({ cause }) => cause),
    ['completion-full'],
  );
});

test('sockets of one queue and UMEM share a fill and a completion ring: any of them may see to it', (t) => {
  const pool = 'here/2/0';

  const full = explanationOf({
    now: [
      socket({ id: 0, pool, rings: { ...waiting, completion: ring(64) } }),
      socket({ id: 1, pool, rings: { completion: ring(64) } }),
    ],
  });
  const empty = explanationOf({
    now: [
      socket({ id: 0, pool, rings: { tx: undefined, fill: ring(0) } }),
      socket({ id: 1, pool, rings: { fill: ring(0) } }),
    ],
  });

  t.regex(full.findings[0]?.advice ?? '', /^nf0\/1000 or nf1\/1001 has to take what is on it/);
  t.regex(
    empty.findings[0]?.advice ?? '',
    /^nf0\/1000 or nf1\/1001 has to put frames on it: of the 256 frames of UMEM 0/,
  );
});

for (const [title, tx] of [
  ['has no TX ring', undefined],
  ['has never used its TX ring', ring(0)],
] as const) {
  test(`a socket that only receives moves: it ${title}`, (t) => {
    const found = explanationOf({
      before: [socket({ id: 0, rings: { tx, rx: ring(3, 100) } })],
      now: [socket({ id: 0, rings: { tx, rx: ring(3, 350) } })],
    });

    t.true(found.moves);
    t.is(found.taken, 250);
    t.deepEqual(found.findings, []);
    t.is(
      formatExplanation(found),
      '0@100 nf0/1000 n0:0 moves: 250 packets taken from RX in 0.5 s\n\n  nothing holds it up',
    );
  });
}

test('a socket with a route that takes packets and sends none does not move', (t) => {
  const { moves, findings } = explanationOf({
    before: [socket({ id: 0, route: [1], rings: { rx: ring(3, 100) } }), socket({ id: 1 })],
    now: [socket({ id: 0, route: [1], rings: { rx: ring(3, 350) } }), socket({ id: 1 })],
  });

  t.false(moves);
  t.deepEqual(
    findings.map(({ cause }) => cause),
    ['nothing-to-send'],
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
