import test from 'ava';
import { parseChain } from '../../../../nf/monitor/chain-file.js';
import type { SavedState } from '../../../../nf/monitor/surroundings.js';
import { fakePeer, startMonitor } from './support/fake-world.js';

const chain = parseChain(
  `chain: web
functions:
  first: { device: a, queue: 0, user: 1000, input: true, to: [middle] }
  middle: { device: b, queue: 0, user: 0, legacy: true, to: [last], missing: bypass }
  last: { device: a, queue: 1, user: 1000 }
`,
  'web.yaml',
);

/** Descriptors are numbers of sockets here. */
const cookie = 77;

function started(saved?: SavedState) {
  const fake = startMonitor(chain, saved);
  const meet = (uid: number, fd = cookie) => {
    const program = fakePeer(uid);
    const [vacancy] = fake.monitor.vacant(() => true);
    const isKnown = vacancy !== undefined && fake.monitor.meet(vacancy, program.peer, fd, String(fd));
    return { ...program, isKnown };
  };
  return { ...fake, meet };
}

test('a program that does not join becomes a function by its socket, and is led before anybody sends to it', (t) => {
  const { monitor, join, meet, take } = started();
  join('last', 1000);
  join('first', 1000);
  take();

  const { isKnown, took } = meet(0);

  t.true(isKnown);
  t.deepEqual(take(), ['b0 -> a1', 'a0 -> b0']);
  t.deepEqual(
    took().filter((type) => type !== 4),
    [],
  );
  t.deepEqual(
    monitor.vacant(() => true),
    [],
  );
});

test('one that dies is missing, and another one may be it', (t) => {
  const { monitor, join, meet, take } = started();
  join('last', 1000);
  join('first', 1000);
  const { peer } = meet(0);
  take();

  monitor.gone(peer);
  t.deepEqual(take(), ['a0 -> a1', 'cut b0', 'close b0']);
  t.deepEqual(
    monitor.vacant(() => true).map(({ name }) => name),
    ['middle'],
  );
  meet(0, cookie + 1);

  t.deepEqual(take(), ['b0 -> a1', 'a0 -> b0']);
});

test('a program of another user is left alone, and that is said once', (t) => {
  const { meet, take, logged, open } = started();

  const [first, again] = [meet(1000), meet(1000)];

  t.false(first.isKnown || again.isKnown);
  t.deepEqual(take(), []);
  t.deepEqual(logged(), ['process 1 has its queue, but middle is of another user']);
  t.is(open.size, 0);
});

test('nobody joins in its place, and a socket that the monitor knows is no program that was found', (t) => {
  const { monitor, join, meet } = started();
  const stranger = join('middle', 0);
  const { peer } = meet(0);
  const { middle: _, ...others } = chain.functions;
  monitor.apply({ ...chain, functions: { ...others, first: { ...others['first'], to: ['last'] } as never } });
  monitor.apply(chain);

  t.is(stranger.errno(), 22);
  t.false(meet(0).isKnown, 'it is asked to leave');
  monitor.gone(peer);
  t.true(meet(0, cookie + 1).isKnown);
});

test('one that is not wanted any more is asked to leave, and killed if it stays', (t) => {
  const { monitor, meet, pass } = started();
  const { took, killed } = meet(0);
  took();

  monitor.apply({ ...chain, functions: {} });
  t.deepEqual(took(), [5]);
  pass(61_000);
  monitor.tick();

  t.true(killed());
});

test('a monitor that is new finds those that are there, also those that are to leave', (t) => {
  const before = started();
  before.meet(0);
  const staying = started(before.saved());
  const stayed = staying.meet(0);
  before.monitor.apply({ ...chain, functions: {} });
  const leaving = started(before.saved());
  const left = leaving.meet(0);

  t.true(stayed.isKnown);
  t.true(staying.logged().includes('middle is process 1, as before'));
  t.true(left.isKnown);
  t.true(left.took().includes(5));
});

test('a machine that refuses its route leaves it for the next look', (t) => {
  const { meet, failToConnect, open } = started();
  failToConnect(true);
  t.throws(() => meet(0), { message: 'not now' });
  t.is(open.size, 0);
  failToConnect(false);

  t.true(meet(0).isKnown);
});

test('while others may come back to a monitor that is new, a program in the place of one of them has to wait', (t) => {
  const before = started();
  before.join('last', 1000);
  before.meet(0);
  const { meet, pass, monitor } = started(before.saved());

  t.false(meet(0, cookie + 1).isKnown, 'last may come back');
  pass(3001);
  monitor.tick();

  t.true(meet(0, cookie + 1).isKnown);
});

test('who asks for replicas gets none that is a program which does not join', (t) => {
  const numbered = parseChain(
    `chain: web
functions:
  worker.0: { device: a, queue: 0, user: 0, legacy: true }
  worker.1: { device: b, queue: 0, user: 0 }
`,
    'web.yaml',
  );
  const { join, open } = startMonitor(numbered);

  join('worker', 0);

  t.deepEqual([...open], ['b0']);
});

test('a program that is to leave and has gone is looked for no more', (t) => {
  const before = started();
  before.meet(0);
  before.monitor.apply({ ...chain, functions: {} });
  const { monitor } = started(before.saved());

  t.is(monitor.vacant(() => true).length, 1);
  t.is(monitor.vacant(() => false).length, 0);
  t.is(monitor.vacant(() => true).length, 0);
});

test('a device from which no function has input is left to the programs of others', (t) => {
  const { monitor, join, take } = started();
  const { peer } = join('first', 1000);
  take();

  monitor.gone(peer);
  t.true(take().includes('a: host'));
  monitor.apply({ ...chain, functions: {} });

  t.true(take().includes('a: nothing'));
});

test('sizes of rings and memory, which are its own, change nothing for such a program', (t) => {
  const { monitor, meet, take } = started();
  const { took } = meet(0);
  const { middle } = chain.functions;
  if (middle === undefined) return t.fail();
  took();
  take();

  monitor.apply({ ...chain, functions: { ...chain.functions, middle: { ...middle, ring: 64, frames: 128 } } });

  t.deepEqual(took(), []);
  t.deepEqual(take(), []);
});
