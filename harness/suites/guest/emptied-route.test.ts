import test from 'ava';
import { pollEvent } from '../../ffi/libc.js';
import { sleepInPoll } from '../../ffi/sleeper.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { clearRoute, readAttribute, readStats, setRoute } from '../../flash/registry.js';
import { auditProblem } from './frame-audit.js';
import { eventually } from './ring-state.js';
import { countFrom, endsOf, flashId, openMore, openPair, openSleepingPair, umemLayouts } from './routed-pair.js';
import { drainTx, fill, receive, send } from './test-packets.js';
import { emptied } from './traffic-ends.js';

/*
 * A target that closes leaves its index empty: what is for it is dropped, and given to nobody else. A
 * source that has no other is as good as one whose device is down.
 */
const ringSize = 64;
const count = (socket: XdpSocket, name: string): number => readStats(flashId(socket))[name] ?? 0;

for (const { layout, sharedUmem } of umemLayouts) {
  test.serial(`a source whose only target closes is told ENETDOWN, sleeps on, and goes on with the next target (${layout})`, async (t) => {
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

    t.deepEqual(outcomes, outcomes.map(() => 'ENETDOWN'));
    t.deepEqual(looked, { readable: false, writable: false, error: false });
    t.deepEqual(meanwhile, { tx: 32, woken: undefined });
    t.is(route, emptied);
    t.true(stalls > 0);
    await eventually('the source to wake', () => sleeper.woken() !== undefined, { ends: [source, next] });
    t.deepEqual(receive(next), countFrom(8, 32));
    t.like(readStats(flashId(source)), { drop_no_target: 0, drop_bad_index: 0 });
    t.is(await device.packetsOnWire(), before);
  });
}

test.serial('a source that sleeps without a target wakes when its route is cleared, and what waited goes to the wire', async (t) => {
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
});

for (const gone of [0, 1, 2]) {
  for (const { layout, sharedUmem } of umemLayouts) {
    test.serial(`of three targets the one with index ${gone} closes: its packets are dropped, and those of the others arrive where they did (${layout})`, async (t) => {
      await using pair = await openPair({ sharedUmem });
      const { source, target } = pair;
      using more = openMore(pair, [2, 3]);
      const targets = [target, ...more.sockets];
      const ids = targets.map(flashId);
      setRoute(flashId(source), ids);
      for (const each of targets) fill(each, 32);
      targets[gone]?.close();

      send(source, countFrom(0, 30), { options: (number) => (number % 3) << 16 });
      const outcome = source.kick();
      await eventually('TX to be empty', () => source.rings.tx.count() === 0, { ends: [source] });

      const lines = ids.map((id, index) => `${index}\t${index === gone ? -1 : id}\n`);
      t.is(readAttribute(flashId(source), 'next'), `index\tflash_id\n${lines.join('')}`);
      t.is(outcome, 'ok');
      const left = [...targets.keys()].filter((index) => index !== gone);
      for (const index of left) {
        t.deepEqual(receive(targets[index] as XdpSocket), countFrom(0, 30).filter((number) => number % 3 === index));
      }
      t.is(source.rings.completion.count(), 30);
      t.like(readStats(flashId(source)), { drop_no_target: 10, drop_bad_index: 0, redirected: 20 });
    });
  }
}

test.serial('the target that is left of two does not get what was for the other', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  const { source, target } = pair;
  using more = openMore(pair, [2]);
  const [other] = more.sockets as [XdpSocket];
  setRoute(flashId(source), [flashId(target), flashId(other)]);
  fill(other, 32);
  target.close();
  send(source, countFrom(0, 16), { options: (number) => (number % 2) << 16 });

  source.kick();
  await eventually('TX to be empty', () => source.rings.tx.count() === 0, { ends: [source, other] });

  t.deepEqual(receive(other), countFrom(0, 16).filter((number) => number % 2 === 1));
  t.like(readStats(flashId(source)), { drop_no_target: 8, redirected: 8 });
  t.is(auditProblem(source.umem), undefined);
});

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
  t.is(source.rings.tx.count(), 16);
  t.like(readStats(flashId(source)), { drop_no_target: 0, drop_bad_index: 0, redirected: 0 });
  t.true(count(source, 'stall_no_target') > 0);
  t.is(await device.packetsOnWire(), before);
});

test.serial('a packet for an index past the end is still a bad index when another has left', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  const { source, target } = pair;
  using more = openMore(pair, [2]);
  const [other] = more.sockets as [XdpSocket];
  setRoute(flashId(source), [flashId(target), flashId(other)]);
  fill(other, 32);
  target.close();
  send(source, countFrom(0, 3), { options: (number) => number << 16 });

  source.kick();
  await eventually('TX to be empty', () => source.rings.tx.count() === 0, { ends: [source, other] });

  t.deepEqual(receive(other), [1]);
  t.like(readStats(flashId(source)), { drop_no_target: 1, drop_bad_index: 1, redirected: 1 });
});
