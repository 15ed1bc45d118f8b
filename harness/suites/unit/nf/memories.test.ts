import test from 'ava';
import { parseChain, type Chain } from '../../../../nf/monitor/chain-file.js';
import type { SavedState } from '../../../../nf/monitor/surroundings.js';
import { encodeJoin } from '../../../../nf/monitor/protocol.js';
import { fakePeer, noCommand, startMonitor } from './support/fake-world.js';

const head = `chain: web
memories:
  inner: { frames: 10 }
functions:
`;
const first = '  first: { device: a, queue: 0, user: 1, memory: inner, frames: 4 }\n';
const second = '  second: { device: a, queue: 1, user: 1, memory: inner, frames: 4 }\n';
const third = '  third: { device: b, queue: 0, user: 1, memory: inner, frames: 4 }\n';
const parse = (text: string): Chain => parseChain(text, 'web.yaml');
const chain = parse(`${head}${first}${second}  alone: { device: c, queue: 0, user: 1, frames: 8 }\n`);

const [joined, refused] = [2, 3];
const again = 11;

function started(saved?: SavedState) {
  const { join, monitor, ...rest } = startMonitor(chain, saved);
  return { ...rest, monitor, join: (name: string, fds: readonly number[] = []) => join(name, 1, fds) };
}

type Program = ReturnType<ReturnType<typeof started>['join']>;

/** Whose each frame is: as the monitor says it. */
function ownersOf({ monitor }: ReturnType<typeof started>): unknown {
  return (monitor.status() as { readonly memories: Readonly<Record<string, unknown>> }).memories['inner'];
}

/** What a function does that has taken a frame from a ring, and what it would hand to another monitor. */
const memoryFds = (program: Program): readonly number[] => program.fds().slice(2);

test('functions share a memory, the first one opens it, and each is told its number and its share', (t) => {
  const monitor = started();

  const [one, two, alone] = [monitor.join('first'), monitor.join('second'), monitor.join('alone')];

  const opened = monitor.take().filter((text) => text.includes(' in memory'));
  t.regex(opened[0] ?? '', /^a0 in memory \d+ with nobody$/);
  t.regex(opened[1] ?? '', /^a1 in memory \d+ with a0$/);
  t.deepEqual(one.words().slice(1, 6), [joined, 2048, 10, 1, 4]);
  t.deepEqual(two.words().slice(1, 6), [joined, 2048, 10, 2, 4]);
  t.deepEqual(alone.words().slice(1, 6), [joined, 2048, 8, 0, 8]);
  t.deepEqual(
    [one, two, alone].map((program) => program.fds().length),
    [4, 4, 2],
  );
  t.deepEqual(ownersOf(monitor), { frames: 10, frameSize: 2048, functions: { first: 4, second: 4 }, nobody: 2 });
});

test('a function that comes again has its number, what lay on its rings, and not what others have by now', (t) => {
  const monitor = started();
  const [one, two] = [monitor.join('first'), monitor.join('second')];
  t.is(two.words()[4], 2);
  // Frame 4 of second lies on a ring of first, and frame 0 of first on one of second.
  monitor.onRings.set('a0', [4]);
  monitor.onRings.set('a1', [0]);

  monitor.monitor.gone(one.peer);
  monitor.onRings.delete('a0');
  t.deepEqual(ownersOf(monitor), { frames: 10, frameSize: 2048, functions: { first: 5, second: 3 }, nobody: 2 });
  const next = monitor.join('first');

  t.deepEqual(next.words().slice(1, 6), [joined, 2048, 10, 1, 4]);
  t.deepEqual(ownersOf(monitor), { frames: 10, frameSize: 2048, functions: { first: 4, second: 4 }, nobody: 2 });
});

test('the frames on rings of a function that cannot be cut off are not its own', (t) => {
  const monitor = started();
  const [one] = [monitor.join('first'), monitor.join('second')];
  monitor.onRings.set('a0', [4]);
  monitor.failToCut();

  monitor.monitor.gone(one?.peer as Program['peer']);

  t.like(ownersOf(monitor), { functions: { first: 4, second: 4 } });
});

test('a function whose queue is not free leaves its frames as they are', (t) => {
  const monitor = started();
  const one = monitor.join('first');
  monitor.monitor.gone(one.peer);
  monitor.kept.add('a0');

  const early = monitor.join('first');
  t.is(early.errno(), again);
  monitor.kept.delete('a0');

  t.is(monitor.join('first').words()[1], joined);
  t.like(ownersOf(monitor), { functions: { first: 4 } });
});

test('a function that is taken out gives its frames to others once its queue is free, and not before', (t) => {
  const monitor = started();
  const [one] = [monitor.join('first'), monitor.join('second')];
  monitor.monitor.apply(parse(`${head}${second}${third}`));
  t.is(monitor.join('third').errno(), again, 'it works on what it has');
  monitor.kept.add('a0');
  monitor.monitor.gone(one?.peer as Program['peer']);
  t.is(monitor.join('third').errno(), again, 'a child of it has its socket');
  monitor.kept.delete('a0');

  const late = monitor.join('third');

  t.is(late.words()[1], joined);
  t.deepEqual(ownersOf(monitor), { frames: 10, frameSize: 2048, functions: { second: 4, third: 4 }, nobody: 2 });
});

test('who takes the queue of one that was taken out has its frames without a look', (t) => {
  const monitor = started();
  const [one] = [monitor.join('first'), monitor.join('second')];
  monitor.monitor.apply(parse(`${head}${second}${third.replace('device: b', 'device: a')}`));
  monitor.monitor.gone(one?.peer as Program['peer']);
  monitor.take();

  t.is(monitor.join('third').words()[1], joined);

  t.deepEqual(
    monitor.take().filter((text) => text.startsWith('probe')),
    [],
  );
  t.like(ownersOf(monitor), { functions: { second: 4, third: 4 } });
});

test('a function that moves to another queue waits for its former self', (t) => {
  const monitor = started();
  const one = monitor.join('first');
  monitor.monitor.apply(parse(`${head}${first.replace('device: a', 'device: b')}`));
  t.is(monitor.join('first').errno(), again);
  monitor.kept.add('a0');
  monitor.monitor.gone(one.peer);
  t.is(monitor.join('first').errno(), again);
  monitor.kept.delete('a0');

  t.is(monitor.join('first').words()[4], 1);
});

test('a share that is smaller by now leaves the rest to others', (t) => {
  const monitor = started();
  const one = monitor.join('first');
  monitor.monitor.apply(parse(`${head}${first.replace('frames: 4', 'frames: 2')}`));
  monitor.monitor.gone(one.peer);

  t.is(monitor.join('first').words()[1], joined);

  t.deepEqual(ownersOf(monitor), { frames: 10, frameSize: 2048, functions: { first: 2 }, nobody: 8 });
});

test('a memory that functions have keeps its size, and one that nobody has may change it', (t) => {
  const monitor = started();
  const one = monitor.join('first');
  const larger = parse(`${head}${first}`.replace('frames: 10', 'frames: 20'));

  const error = t.throws(() => monitor.monitor.apply(larger));
  t.is(error.message, 'the memory inner cannot change its size: first may work in it');
  t.like(monitor.monitor.status(), { functions: { second: { state: 'missing' } } }, 'nothing has changed');
  monitor.monitor.gone(one.peer);
  monitor.take();
  monitor.monitor.apply(larger);

  t.regex(monitor.take().join(), /^close memory \d+$/);
  t.is(monitor.join('first').words()[3], 20);
});

test('a memory keeps its size while a function may come back that has it', (t) => {
  const { saved } = left();
  const monitor = started(saved);
  const larger = parse(`${head}${first}`.replace('frames: 10', 'frames: 20'));
  monitor.pass(3000);
  monitor.monitor.tick();
  for (const queue of ['a0', 'a1']) monitor.kept.add(queue);

  t.throws(() => monitor.monitor.apply(larger), { message: /cannot change its size: first, second may work in it/ });
  for (const queue of ['a0', 'a1']) monitor.kept.delete(queue);

  t.notThrows(() => monitor.monitor.apply(larger));
});

test('the memory of another chain is another one, whatever it is called', (t) => {
  const monitor = started();
  const one = monitor.join('first');
  const other = parse(`${head}${first}`.replace('chain: web', 'chain: mail'));

  t.throws(() => monitor.monitor.apply(other), {
    message: /the memory inner is that of the chain web: first may work/,
  });
  monitor.monitor.gone(one.peer);
  monitor.take();
  monitor.monitor.apply(other);

  t.regex(monitor.take().join(), /^close memory \d+$/);
});

test('a function whose number cannot be written down does not get it', (t) => {
  const monitor = started();
  monitor.failToSave(true);

  t.is(monitor.join('first').words()[1], refused);
  t.deepEqual([...monitor.open], []);
  monitor.failToSave(false);

  t.is(monitor.join('first').words()[1], joined);
});

test('a memory that is not in the file any more goes with the last function that had it', (t) => {
  const monitor = started();
  const one = monitor.join('first');
  monitor.monitor.apply(parse('chain: web\nfunctions:\n  other: { device: c, queue: 0, user: 1 }\n'));
  monitor.take();

  monitor.monitor.gone(one.peer);

  t.deepEqual(
    monitor.take().map((text) => text.replace(/\d+$/, '')),
    ['cut a', 'close memory ', 'close a'],
  );
  t.like(monitor.monitor.status(), { memories: {} });
});

for (const { where, memory } of [
  { where: 'in another memory', memory: 'memory: outer, ' },
  { where: 'in a memory of its own', memory: '' },
]) {
  test(`a function that is to be ${where} is asked to leave`, (t) => {
    const monitor = started();
    const one = monitor.join('first');
    one.took();
    const two = head.replace('functions:', '  outer: { frames: 10 }\nfunctions:');

    monitor.monitor.apply(parse(`${two}${first}`));
    t.deepEqual(one.took(), []);
    monitor.monitor.apply(parse(`${two}${first.replace('memory: inner, ', memory)}`));

    t.deepEqual(one.took(), [5]);
  });
}

/** What a monitor leaves that has first and second. */
function left() {
  const old = started();
  const [one, two] = [old.join('first'), old.join('second')];
  return { saved: old.saved(), fds: memoryFds(one), one, two };
}

test('another monitor takes the memory from the first function that comes back', (t) => {
  const { saved, fds } = left();
  const monitor = started(saved);

  t.is(monitor.join('first', [1, 7, 8]).words()[1], refused, 'with another memory');
  t.is(monitor.join('first', [1, ...fds]).words()[1], joined);
  t.is(monitor.join('second', [2]).words()[1], joined, 'it is known by now');

  t.deepEqual(ownersOf(monitor), { frames: 10, frameSize: 2048, functions: { first: 4, second: 4 }, nobody: 2 });
  t.deepEqual(monitor.saved()?.memories, saved?.memories);
});

test('nobody joins while a function is there that has not come back: it may have frames of all others', (t) => {
  const { saved, fds } = left();
  const monitor = started(saved);
  t.is(monitor.join('first', [1, ...fds]).words()[1], joined);
  monitor.pass(3000);
  monitor.monitor.tick();
  monitor.monitor.apply(parse(`${head}${first}${second}${third.replace('frames: 4', 'frames: 2')}`));
  monitor.kept.add('a1');

  t.is(monitor.join('third').errno(), again);
  monitor.kept.delete('a1');
  t.is(monitor.join('third').words()[1], joined);
  t.is(monitor.join('second').words()[1], joined);

  t.like(ownersOf(monitor), { functions: { first: 4, second: 4, third: 2 } });
});

test('if nobody comes back and all are gone there is a new memory', (t) => {
  const { saved, fds } = left();
  const monitor = started(saved);
  monitor.pass(3000);
  monitor.monitor.tick();
  monitor.kept.add('a1');
  t.is(monitor.join('first').errno(), again);
  monitor.kept.delete('a1');

  const next = monitor.join('first');

  t.is(next.words()[1], joined);
  t.notDeepEqual(memoryFds(next), fds);
  t.deepEqual(ownersOf(monitor), { frames: 10, frameSize: 2048, functions: { first: 4 }, nobody: 6 });
});

test('what a monitor has given is known to the next one, even if it ended before it could say so', (t) => {
  const monitor = started();
  let saved: SavedState | undefined;
  const { peer } = fakePeer(1);
  const send = (): boolean => {
    saved = monitor.saved();
    return false;
  };

  monitor.monitor.hear({ ...peer, send }, encodeJoin('web', 'first'), [], noCommand);

  t.like(saved?.memories?.['inner']?.members, { first: { number: 1, device: 'a', queue: 0, left: 'open' } });
  t.is(monitor.join('first').words()[1], joined, 'who does not hear it is not there');
});

test('who gets no frame at all because others say to have all is refused', (t) => {
  const monitor = started();
  const liar = monitor.join('first');
  t.is(liar.words()[1], joined);
  const memory = monitor.memory();
  memory.owners.fill(1);

  t.is(monitor.join('second').errno(), 5);
  memory.owners[7] = 0;

  t.is(monitor.join('second').words()[1], joined);
  t.regex(monitor.logged().join(), /second has 1 frames and not 4: others of inner have them/);
});
