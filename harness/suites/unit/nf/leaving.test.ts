import test, { type ExecutionContext } from 'ava';
import { parseChain } from '../../../../nf/monitor/chain-file.js';
import type { SavedState } from '../../../../nf/monitor/surroundings.js';
import { startMonitor } from './support/fake-world.js';

const chain = parseChain(
  `chain: web
functions:
  middle: { device: a, queue: 1, user: 1000, to: [last] }
  last: { device: b, queue: 0, user: 1000 }
`,
  'web.yaml',
);
const { middle: _, ...others } = chain.functions;
const withoutMiddle = { ...chain, functions: others };
const types = { joined: 2, refused: 3, leave: 5 } as const;

function started(saved?: SavedState) {
  const monitor = startMonitor(chain, saved);
  return { ...monitor, join: (name: string, fds: readonly number[] = []) => monitor.join(name, 1000, fds) };
}

function isKilledInTime(
  t: ExecutionContext,
  { monitor, pass }: Pick<ReturnType<typeof started>, 'monitor' | 'pass'>,
  { killed }: { readonly killed: () => boolean },
): void {
  pass(59_999);
  monitor.tick();
  t.false(killed());
  pass(1);
  monitor.tick();
  t.true(killed());
}

test('who is asked to leave and does not is killed when the time of the file is over', (t) => {
  const { monitor, join, pass } = started();
  const [middle, last] = [join('middle'), join('last')];
  monitor.apply(withoutMiddle);

  isKilledInTime(t, { monitor, pass }, middle);

  t.false(last.killed());
});

test('another monitor asks those again, and kills them in their time', (t) => {
  const old = started();
  const [, last] = [old.join('middle'), old.join('last')];
  old.monitor.apply(withoutMiddle);
  const { monitor, join, take, pass } = started(old.saved());

  t.deepEqual(join('last', [2]).took(), [types.joined]);
  t.deepEqual(join('middle').took(), [types.refused], 'a new program is none of those');
  t.deepEqual(join('middle', [7]).took(), [types.refused], 'nor is one with another socket');
  const middle = join('middle', [1]);
  t.deepEqual(middle.took(), [types.joined, types.leave]);
  t.false(middle.closed());
  isKilledInTime(t, { monitor, pass }, middle);
  take();
  monitor.gone(middle.peer);

  t.deepEqual(take(), ['cut a1', 'close a1']);
  t.false(last.killed());
});

test('a third one knows those who did not come back to the second yet, and those who did', (t) => {
  const first = started();
  first.join('middle');
  first.monitor.apply(withoutMiddle);
  const second = started(first.saved());
  second.monitor.apply(withoutMiddle);
  const third = started(second.saved());
  t.deepEqual(third.join('middle', [1]).took(), [types.joined, types.leave]);
  third.monitor.apply(withoutMiddle);
  const fourth = started(third.saved());

  t.deepEqual(fourth.join('middle', [1]).took(), [types.joined, types.leave]);
});

test('one whose queue is not free may come back later, and one whose queue is free will not', (t) => {
  const old = started();
  old.join('middle');
  old.monitor.apply(withoutMiddle);
  const { monitor, join, pass, saved, kept } = started(old.saved());
  kept.add('a1');
  pass(3000);
  monitor.tick();
  monitor.apply(withoutMiddle);
  t.is(saved()?.leaving?.length, 1);
  t.deepEqual(join('middle', [1]).took(), [types.joined, types.leave]);

  const other = started(old.saved());
  other.pass(3000);
  other.monitor.tick();
  t.deepEqual(other.join('middle', [1]).took(), [types.refused]);
  other.monitor.apply(withoutMiddle);

  t.deepEqual(other.saved()?.leaving, []);
});

test('what one of those sends to a function that dies is dropped before that one is cut off', (t) => {
  const { monitor, join, take } = started();
  const last = join('last');
  join('middle');
  monitor.apply(withoutMiddle);
  take();

  monitor.gone(last.peer);

  t.deepEqual(take(), ['a1 -> drop', 'cut b0', 'close b0']);
});

test('one stays expected if nobody can tell whether its queue is free', (t) => {
  const old = started();
  old.join('middle');
  old.monitor.apply(withoutMiddle);
  const { monitor, join, pass, failToProbe, logged } = started(old.saved());
  failToProbe();

  pass(3000);
  t.notThrows(() => monitor.tick());

  t.deepEqual(logged(), ['looking for what was middle: no descriptors']);
  t.deepEqual(join('middle', [1]).took(), [types.joined, types.leave]);
});

test('at its end a monitor lets go of all places', (t) => {
  const { monitor, join, take } = started();
  join('middle');
  join('last');
  monitor.apply(withoutMiddle);
  take();

  monitor.end();

  t.deepEqual(take(), ['close b0', 'close a1']);
});

test('a function that has not come back and is taken out is asked to leave when it comes', (t) => {
  const old = started();
  old.join('middle');
  const { monitor, join, pass } = started(old.saved());
  pass(3000);
  monitor.tick();
  monitor.apply(withoutMiddle);

  t.deepEqual(join('middle').took(), [types.refused]);
  t.deepEqual(join('middle', [1]).took(), [types.joined, types.leave]);
});

test('a program of another user that has the socket is not the function that was asked to leave', (t) => {
  const old = started();
  old.join('middle');
  old.monitor.apply(withoutMiddle);
  const monitor = startMonitor(chain, old.saved());

  t.deepEqual(monitor.join('middle', 1001, [1]).took(), [types.refused]);
  t.deepEqual(monitor.join('middle', 1000, [1]).took(), [types.joined, types.leave]);
});
