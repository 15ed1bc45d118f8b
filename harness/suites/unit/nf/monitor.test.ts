import test from 'ava';
import { randomInt } from 'd3-random';
import { parseChain } from '../../../../nf/monitor/chain-file.js';
import type { Peer, SavedState } from '../../../../nf/monitor/surroundings.js';
import { encodeCommand, encodeJoin } from '../../../../nf/monitor/protocol.js';
import { fakePeer, noCommand, startMonitor } from './support/fake-world.js';

const chain = parseChain(
  `chain: web
functions:
  first: { device: a, queue: 0, user: 1000, input: true, to: [middle] }
  middle: { device: a, queue: 1, user: 1000, to: [last], missing: bypass }
  last: { device: b, queue: 0, user: 1001 }
`,
  'web.yaml',
);
const uids: Readonly<Record<string, number>> = { first: 1000, middle: 1000, last: 1001 };
const types = { joined: 2, refused: 3, edges: 4, leave: 5 } as const;

function started(saved?: SavedState) {
  const monitor = startMonitor(chain, saved);
  const join = (name: string, { uid = uids[name] ?? 0, fds = [] as number[] } = {}) => monitor.join(name, uid, fds);
  return { ...monitor, join };
}

test('functions that join are led to each other, each before anybody sends to it', (t) => {
  const { join, take } = started();

  const last = join('last');
  t.deepEqual(take(), ['b0 -> wire']);
  join('first');
  t.deepEqual(take(), ['a0 -> b0', 'a: a0'], 'middle is bypassed');
  join('middle');

  t.deepEqual(take(), ['a1 -> b0', 'a0 -> a1']);
  t.deepEqual(last.took(), [types.joined]);
  t.deepEqual(last.fds(), [10, 11]);
});

test('what leads to a function that dies follows its rule before its socket closes, and it may come back', (t) => {
  const { monitor, join, take } = started();
  const [last, , middle] = [join('last'), join('first'), join('middle')];
  take();

  monitor.gone(middle.peer);
  t.deepEqual(take(), ['a0 -> b0', 'cut a1', 'close a1']);
  join('middle');
  t.deepEqual(take(), ['a1 -> b0', 'a0 -> a1']);
  monitor.gone(last.peer);

  t.deepEqual(take(), ['a1 -> stall', 'cut b0', 'close b0']);
});

test('apply changes nothing that stays, and has leave who is not wanted any more', (t) => {
  const { monitor, join, take } = started();
  const [last, first, middle] = [join('last'), join('first'), join('middle')];
  for (const each of [last, first, middle]) each.took();
  take();

  monitor.apply(chain);
  t.deepEqual(take(), []);
  const { middle: _, ...others } = chain.functions;
  const { first: head } = chain.functions;
  if (head === undefined) return t.fail();
  monitor.apply({ ...chain, functions: { ...others, first: { ...head, to: ['last'] } } });

  t.deepEqual(take(), ['a0 -> b0']);
  t.deepEqual(middle.took(), [types.leave]);
  t.deepEqual(last.took(), []);
  monitor.gone(middle.peer);
  t.deepEqual(take(), ['cut a1', 'close a1']);
});

test('what the kernel refuses now is tried again until it is as the file says, and logged once', (t) => {
  const { monitor, join, take, logged, failToConnect } = started();
  const [last] = [join('last'), join('first')];
  take();
  logged();
  failToConnect(true);

  monitor.gone(last.peer);
  monitor.tick();
  monitor.tick();
  t.deepEqual(take(), ['cut b0', 'close b0']);
  t.deepEqual(logged(), ['last has gone', 'routing first: not now']);
  failToConnect(false);
  monitor.tick();
  t.deepEqual(take(), ['a0 -> stall']);
  monitor.tick();

  t.deepEqual(take(), []);
});

const refused = [
  { what: 'another user is refused', uid: 0, name: 'first', why: 13 },
  { what: 'a name that is not there is refused', uid: 1000, name: 'third', why: 2 },
] as const;

for (const { what, uid, name, why } of refused) {
  test(`${what} and nothing opened`, (t) => {
    const { join, open, take } = started();

    const program = join(name, { uid });

    t.deepEqual(program.took(), [types.refused]);
    t.is(program.errno(), why);
    t.true(program.closed());
    t.is(open.size, 0);
    t.deepEqual(take(), []);
  });
}

test('a function that is there cannot be joined again', (t) => {
  const { join, open } = started();
  join('first');

  const second = join('first');

  t.deepEqual(second.took(), [types.refused]);
  t.deepEqual([...open], ['a0']);
});

test('a machine that has no room refuses the function and leaves the others alone', (t) => {
  const { join, breakIt, monitor } = started();
  join('last');
  breakIt();

  t.deepEqual(join('first').took(), [types.refused]);
  t.like(monitor.status(), { functions: { last: { state: 'running' }, first: { state: 'missing' } } });
});

test('a function whose queue is not free may try again', (t) => {
  const { join, occupy } = started();
  occupy(true);
  const early = join('last');
  occupy(false);

  const late = join('last');

  t.deepEqual(early.took(), [types.refused]);
  t.is(early.errno(), 11);
  t.deepEqual(late.took(), [types.joined]);
});

test('a user who asks too often is refused, for a second', (t) => {
  const { monitor, pass } = started();
  const noisy = fakePeer(1000);
  const say = (): void => monitor.hear(noisy.peer, encodeCommand({}), [], noCommand);

  for (let count = 0; count < 51; count++) say();
  t.is(noisy.took().filter((type) => type === types.refused).length, 1);
  pass(1000);
  say();

  t.deepEqual(noisy.took(), [17]);
});

test('another monitor finds the functions again by their sockets, and changes nothing until all are back', (t) => {
  const old = started();
  old.join('last');
  old.join('first');
  const saved = old.saved();
  t.deepEqual(saved?.cookies, { last: '1', first: '2' });
  const { join, take, monitor, pass } = started(saved);

  t.deepEqual(join('first').took(), [types.refused], 'a new program is not the one that may come back');
  t.deepEqual(join('first', { fds: [7] }).took(), [types.refused], 'nor is one with another socket');
  t.deepEqual(join('first', { fds: [2] }).took(), [types.joined]);
  t.deepEqual(take(), []);
  pass(2999);
  monitor.tick();
  t.deepEqual(take(), []);
  pass(1);
  monitor.tick();

  t.deepEqual(take(), ['a0 -> stall', 'a: a0'], 'last has not come back');
});

const replicated = (replicas: number) =>
  parseChain(
    `chain: web
functions:
  first: { device: a, queue: 0, user: 1000, input: true, to: [worker] }
  worker: { device: b, queue: 0, user: 1000, missing: drop, replicas: ${replicas} }
`,
    'web.yaml',
  );

test('programs that ask for a function are its replicas, until there are no more', (t) => {
  const { monitor, join, take } = started();
  monitor.apply(replicated(2));
  join('first', { uid: 1000 });
  take();

  const workers = [join('worker', { uid: 1000 }), join('worker', { uid: 1000 })];

  t.deepEqual(take(), ['b0 -> wire', 'a0 -> b0 drop', 'b1 -> wire', 'a0 -> b0 b1']);
  t.is(join('worker', { uid: 1000 }).errno(), 16);
  t.is(join('worker', { uid: 1001 }).errno(), 13);
  monitor.gone(workers[0]?.peer as Peer);
  take();
  t.deepEqual(join('worker', { uid: 1000 }).took(), [types.joined]);
  t.deepEqual(take(), ['b0 -> wire', 'a0 -> b0 b1'], 'in the place that is free');
});

test('replicas that are added or taken away change nothing of the others', (t) => {
  const { monitor, join, take } = started();
  monitor.apply(replicated(1));
  const first = join('first', { uid: 1000 });
  const kept = join('worker', { uid: 1000 });
  for (const each of [first, kept]) each.took();
  take();

  monitor.apply(replicated(2));
  const added = join('worker', { uid: 1000 });
  t.deepEqual(take(), ['a0 -> b0 drop', 'b1 -> wire', 'a0 -> b0 b1']);
  added.took();
  monitor.apply(replicated(1));

  t.deepEqual(take(), ['a0 -> b0']);
  t.deepEqual(added.took(), [types.leave]);
  t.deepEqual(kept.took(), []);
});

test('another monitor finds each replica by its socket', (t) => {
  const old = started();
  old.monitor.apply(replicated(2));
  for (const _ of [0, 1]) old.join('worker', { uid: 1000 });
  const { join, monitor } = started(old.saved());

  t.is(join('worker', { uid: 1000 }).errno(), 11);
  t.deepEqual(join('worker', { uid: 1000, fds: [2] }).took(), [types.joined]);

  t.like(monitor.status(), {
    functions: { 'worker.0': { state: 'missing' }, 'worker.1': { state: 'running' } },
  });
});

test('who asks for a function by its common name gets none of another user', (t) => {
  const { monitor, join } = started();
  monitor.apply(
    parseChain(
      `chain: web
functions:
  nat.0: { device: a, queue: 0, user: 1000 }
  nat.1: { device: a, queue: 1, user: 1001 }
`,
      'web.yaml',
    ),
  );

  t.deepEqual(join('nat', { uid: 1000 }).took(), [types.joined]);
  t.is(join('nat', { uid: 1000 }).errno(), 16);
  t.is(join('nat', { uid: 1002 }).errno(), 13);
  t.like(monitor.status(), { functions: { 'nat.0': { state: 'running' }, 'nat.1': { state: 'missing' } } });
});

test('a name that every object has is no function', (t) => {
  const { join, open } = started();

  t.is(join('constructor', { uid: 1000 }).errno(), 2);
  t.is(open.size, 0);
});

test('a chain is not changed while functions may come back, who come later if nobody has their place', (t) => {
  const old = started();
  old.join('last');
  old.join('first');
  const { join, take, monitor, pass } = started(old.saved());

  t.throws(() => monitor.apply(chain), { message: /last, first may come back/ });
  pass(3000);
  monitor.tick();
  take();
  monitor.apply(chain);

  t.deepEqual(join('first', { fds: [2] }).took(), [types.joined, types.edges]);
  t.deepEqual(take(), ['a0 -> stall', 'a: a0']);
});

test('no message ends the monitor, nor changes the chain', (t) => {
  const { monitor, join, take, pass } = started();
  join('last');
  take();
  const valid = encodeJoin('web', 'first');
  const random = randomInt(0, 256);

  for (let round = 0; round < 3000; round++) {
    pass(1000);
    const data = round % 2 === 0 ? Buffer.from(valid) : Buffer.alloc(randomInt(0, 300)(), random());
    if (round % 2 === 0) data[randomInt(0, data.length)()] = random();
    if (data.equals(valid)) continue;
    const program = fakePeer(1001);
    t.notThrows(() =>
      monitor.hear(program.peer, data, [], () => {
        throw new Error('no');
      }),
    );
    monitor.gone(program.peer);
  }

  t.deepEqual(take(), []);
  t.like(monitor.status(), { functions: { last: { state: 'running' } } });
});
