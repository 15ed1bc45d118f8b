import test from 'ava';
import {
  clearRoute,
  listIds,
  readAttribute,
  readSocket,
  refusalOf,
  setRoute,
  writeNext,
} from '../../flash/registry.js';
import { auditProblem } from './support/frame-audit.js';
import { countFrom, flashId, openListed, openPair, type RoutedPair } from './support/routed-pair.js';
import { drainTx, fill, receive, send } from './support/test-packets.js';
import { createTestUmem } from './support/testbed.js';

/** What a refused write must leave as it was: the route and the flow over it. */
async function expectUnchanged(t: import('ava').ExecutionContext, pair: RoutedPair): Promise<void> {
  t.deepEqual(readSocket(flashId(pair.source)).route, [flashId(pair.target)]);
  send(pair.source, [1, 2, 3]);
  await drainTx(pair.source);
  t.deepEqual(receive(pair.target), [1, 2, 3]);
}

const malformed: readonly [string, (target: number) => string][] = [
  ['no id at all', () => ' \n'],
  ['a word', () => 'two'],
  ['an id with a letter behind it', (target) => `${target}x`],
  ['a sign', (target) => `+${target}`],
  ['a negative id', () => '-2'],
  ['-1 among ids', (target) => `${target} -1`],
  ['a hexadecimal id', () => '0x1'],
  ['an id beyond 32 bits', () => '4294967296'],
  ['commas between ids', (target) => `${target},${target}`],
  ['a NUL behind an id', (target) => `${target}\0${target}`],
  [
    '65 ids',
    (target) =>
      countFrom(0, 65)
        .map(() => target)
        .join(' '),
  ],
];

for (const [what, text] of malformed) {
  test.serial(`${what} is refused with EINVAL and changes nothing`, async (t) => {
    await using pair = await openPair({ sharedUmem: true });
    fill(pair.target, 16);

    const errno = refusalOf(() => writeNext(flashId(pair.source), text(flashId(pair.target))));

    t.is(errno, 'EINVAL');
    await expectUnchanged(t, pair);
  });
}

test.serial('an id nobody has is refused with ENOENT and changes nothing', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  fill(pair.target, 16);

  const errno = refusalOf(() => writeNext(flashId(pair.source), `${flashId(pair.target)} 4000000`));

  t.is(errno, 'ENOENT');
  await expectUnchanged(t, pair);
});

test.serial('a target that is not bound is refused with ENXIO and changes nothing', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  using umem = createTestUmem({ frameCount: 8 });
  using unbound = openListed({ netns: pair.device.netns, ifname: 'a', queue: 2, umem, bind: false });
  fill(pair.target, 16);

  t.is(
    refusalOf(() => writeNext(flashId(pair.source), String(flashId(unbound)))),
    'ENXIO',
  );
  t.is(
    refusalOf(() => writeNext(flashId(unbound), String(flashId(pair.target)))),
    'ENXIO',
  );
  await expectUnchanged(t, pair);
});

test.serial('a target without an RX ring and a source without a TX ring are refused with EOPNOTSUPP', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  const here = { netns: pair.device.netns, ifname: 'a', umem: pair.source.umem };
  using sendOnly = openListed({ ...here, queue: 2, rxSize: 0 });
  using receiveOnly = openListed({ ...here, queue: 3, txSize: 0 });
  fill(pair.target, 16);

  t.is(
    refusalOf(() => setRoute(flashId(pair.source), [flashId(sendOnly)])),
    'EOPNOTSUPP',
  );
  t.is(
    refusalOf(() => setRoute(flashId(receiveOnly), [flashId(pair.target)])),
    'EOPNOTSUPP',
  );
  await expectUnchanged(t, pair);
});

test.serial('next shows -1, then a header and a line per target', async (t) => {
  await using pair = await openPair({ sharedUmem: true, route: false });
  const source = flashId(pair.source);
  const target = flashId(pair.target);

  const unrouted = readAttribute(source, 'next');
  writeNext(source, `  ${target}\t${source} ${target}\n`);

  t.is(unrouted, '-1\n');
  t.is(readAttribute(source, 'next'), `index\tflash_id\n0\t${target}\n1\t${source}\n2\t${target}\n`);
});

test.serial('64 targets are taken', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  const target = flashId(pair.target);

  setRoute(
    flashId(pair.source),
    countFrom(0, 64).map(() => target),
  );

  t.is(readSocket(flashId(pair.source)).route.length, 64);
});

test.serial('ids are the lowest that are free, and are given again', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  const freed = flashId(pair.source);
  const before = new Set(listIds());
  pair.source.close();
  before.delete(freed);
  const lowest = countFrom(0, 1000).find((id) => !before.has(id)) ?? -1;
  using umem = createTestUmem({ frameCount: 8 });

  using next = openListed({ netns: pair.device.netns, ifname: 'b', queue: 0, umem });

  t.is(flashId(next), lowest);
});

test.serial('with several targets the upper half of options chooses, one past the end is dropped', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  using second = openListed({ netns: pair.device.netns, ifname: 'a', queue: 2, umem: pair.source.umem });
  setRoute(flashId(pair.source), [flashId(pair.target), flashId(second)]);
  fill(pair.target, 32);
  fill(second, 32);
  send(pair.source, countFrom(0, 30), { options: (number) => (number % 3) << 16 });

  pair.source.kick();

  t.deepEqual(
    receive(pair.target),
    countFrom(0, 30).filter((number) => number % 3 === 0),
  );
  t.deepEqual(
    receive(second),
    countFrom(0, 30).filter((number) => number % 3 === 1),
  );
  t.is(readSocket(flashId(pair.source)).stats['drop_bad_index'], 10);
  t.is(pair.source.rings.completion.count(), 30);
  t.is(auditProblem(pair.source.umem), undefined);
});

test.serial('a cleared route gives TX back to the wire, and what was stalled goes there in order', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  const before = await pair.device.packetsOnWire();
  fill(pair.target, 4);
  send(pair.source, countFrom(0, 20));
  pair.source.kick();
  const redirected = receive(pair.target);

  clearRoute(flashId(pair.source));
  await drainTx(pair.source);

  t.deepEqual(redirected, [0, 1, 2, 3]);
  t.is(readAttribute(flashId(pair.source), 'next'), '-1\n');
  t.is((await pair.device.packetsOnWire()) - before, 16);
});

test.serial('a new route replaces the old one without losing what is on TX', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  using second = openListed({ netns: pair.device.netns, ifname: 'a', queue: 2, umem: pair.source.umem });
  fill(pair.target, 10);
  fill(second, 64);
  send(pair.source, countFrom(0, 30));
  pair.source.kick();

  setRoute(flashId(pair.source), [flashId(second)]);
  pair.source.kick();

  t.deepEqual(receive(pair.target), countFrom(0, 10));
  t.deepEqual(receive(second), countFrom(10, 20));
  t.is(auditProblem(pair.source.umem), undefined);
});
