import test from 'ava';
import { pollEvent } from '../../ffi/libc.js';
import { sleepInPoll } from '../../ffi/sleeper.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { clearRoute, readAttribute, readStats, setRoute } from '../../flash/registry.js';
import { eventually } from './support/ring-state.js';
import {
  countFrom,
  endsOf,
  flashId,
  openMore,
  openPair,
  openSleepingPair,
  umemLayouts,
} from './support/routed-pair.js';
import { drainTx, fill, receive, send } from './support/test-packets.js';
import { emptied } from './support/traffic-ends.js';

/*
 * Routes whose targets are all gone: their source is as good as one whose device is down. Where some
 * are left, see empty-index.test.ts.
 */
const ringSize = 64;
const count = (socket: XdpSocket, name: string): number => readStats(flashId(socket))[name] ?? 0;

for (const { layout, sharedUmem } of umemLayouts) {
  test.serial(
    `a source whose only target closes is told ENETDOWN, sleeps on, and goes on with the next target (${layout})`,
    async (t) => {
      await using pair = await openSleepingPair({ sharedUmem });
      const { source, target, device } = pair;
      using more = openMore(pair, [2]);
      const [next] = more.sockets as [XdpSocket];
      const before = await device.packetsOnWire();
      fill(target, 8);
      send(source, countFrom(0, 40));
      source.kick();
      await eventually('TX to keep what does not fit', () => source.rings.tx.count() === 32, { ends: endsOf(pair) });
      await using sleeper = await sleepInPoll(source, pollEvent.out);

      receive(target);
      target.close();
      const outcomes = countFrom(0, 10).map(() => source.kick());
      const looked = source.poll(pollEvent.out, 0);
      await sleeper.settled();
      const meanwhile = { tx: source.rings.tx.count(), woken: sleeper.woken() };
      const route = readAttribute(flashId(source), 'next');
      const stalls = count(source, 'stall_no_target');
      fill(next, ringSize);
      setRoute(flashId(source), [flashId(next)]);
      await eventually('the rest to arrive', () => next.rings.rx.count() === 32, { ends: [source, next] });

      t.deepEqual(
        outcomes,
        outcomes.map(() => 'ENETDOWN'),
      );
      t.deepEqual(looked, { readable: false, writable: false, error: false });
      t.deepEqual(meanwhile, { tx: 32, woken: undefined });
      t.is(route, emptied);
      t.true(stalls > 0);
      await eventually('the source to wake', () => sleeper.woken() !== undefined, { ends: [source, next] });
      t.deepEqual(receive(next), countFrom(8, 32));
      t.like(readStats(flashId(source)), { drop_no_target: 0, drop_bad_index: 0 });
      t.is(await device.packetsOnWire(), before);
    },
  );
}

test.serial(
  'what was kicked before its only target closed moves to the next one, though nobody calls again',
  async (t) => {
    await using pair = await openSleepingPair({ sharedUmem: true });
    const { source, target } = pair;
    using more = openMore(pair, [2]);
    const [next] = more.sockets as [XdpSocket];
    fill(target, 8);
    fill(next, ringSize);
    send(source, countFrom(0, 40));
    source.kick();
    await eventually('TX to keep what does not fit', () => source.rings.tx.count() === 32, { ends: endsOf(pair) });

    target.close();
    setRoute(flashId(source), [flashId(next)]);
    await eventually('the rest to arrive', () => next.rings.rx.count() === 32, { ends: [source, next] });

    t.deepEqual(receive(next), countFrom(8, 32));
  },
);

test.serial(
  'a source that sleeps without a target wakes when its route is cleared, and what waited goes to the wire',
  async (t) => {
    await using pair = await openSleepingPair({ sharedUmem: true });
    const { source, target, device } = pair;
    const before = await device.packetsOnWire();
    send(source, countFrom(0, 40));
    source.kick();
    target.close();
    await using sleeper = await sleepInPoll(source, pollEvent.out);
    const asleep = sleeper.woken() === undefined;

    clearRoute(flashId(source));
    await eventually('the source to wake', () => sleeper.woken() !== undefined, { ends: [source] });
    await drainTx(source);

    t.true(asleep);
    t.is((await device.packetsOnWire()) - before, 40);
  },
);

test.serial('a route is stalled once all its targets have left, and nothing of it is dropped', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  const { source, target, device } = pair;
  using more = openMore(pair, [2]);
  const [other] = more.sockets as [XdpSocket];
  setRoute(flashId(source), [flashId(target), flashId(other), flashId(target)]);
  const before = await device.packetsOnWire();
  target.close();
  other.close();
  send(source, countFrom(0, 16), { options: (number) => (number % 4) << 16 });

  const outcome = source.kick();

  t.is(readAttribute(flashId(source), 'next'), 'index\tflash_id\n0\t-1\n1\t-1\n2\t-1\n');
  t.is(outcome, 'ENETDOWN');
  t.deepEqual([source.rings.tx.count(), source.rings.completion.count()], [16, 0]);
  t.like(readStats(flashId(source)), { drop_no_target: 0, drop_bad_index: 0, redirected: 0 });
  t.true(count(source, 'stall_no_target') > 0);
  t.is(await device.packetsOnWire(), before);
});
