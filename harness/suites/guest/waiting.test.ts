import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { message, pollEvent } from '../../ffi/libc.js';
import { openEpoll, sleepInPoll, type Sleeper } from '../../ffi/sleeper.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { readStats, setRoute } from '../../flash/registry.js';
import { turns } from '../slow.js';
import { eventually } from './support/ring-state.js';
import {
  countFrom,
  endsOf,
  flashId,
  openMore,
  openPair,
  openSleepingPair,
  umemLayouts,
  type RoutedPair,
} from './support/routed-pair.js';
import { fill, receive, reclaim, send } from './support/test-packets.js';
import { borrowDevice, startPumpOn, testbed } from './support/testbed.js';
import { tracedLines } from './support/traced.js';
import { endOrStandstill } from './support/traffic-ends.js';

/*
 * A source that waits until it may write, and who wakes it. Nothing but an event ends its sleep.
 */
const ringSize = 64;
const writable = ({ source }: RoutedPair): boolean => source.poll(pollEvent.out, 0).writable;

async function expectWoken(sleeper: Sleeper, ends: readonly XdpSocket[]): Promise<void> {
  await eventually('the source to wake', () => sleeper.woken() !== undefined, { ends });
}

test.serial('a source is not writable when its own TX is more than half full', async (t) => {
  await using pair = await openPair({ sharedUmem: true, source: { completionSize: 8 } });
  fill(pair.target, ringSize);
  send(pair.source, countFrom(0, ringSize));
  pair.source.kick();
  receive(pair.target);
  fill(pair.target, 8);
  const left = pair.source.rings.tx.count();

  const before = writable(pair);
  while (pair.source.rings.tx.count() > ringSize / 2) {
    reclaim(pair.source);
    pair.source.kick();
    receive(pair.target);
    fill(pair.target, 8);
  }
  fill(pair.target, ringSize - pair.target.rings.fill.count());

  t.is(left, ringSize - 8);
  t.false(before);
  t.true(writable(pair));
});

for (const index of [0, 1, 2]) {
  test.serial(`a source with three targets wakes as soon as the one with index ${index} has room`, async (t) => {
    await using pair = await openPair({ sharedUmem: true });
    using more = openMore(pair, [2, 3]);
    const targets = [pair.target, ...more.sockets];
    setRoute(flashId(pair.source), targets.map(flashId));
    await using source = await sleepInPoll(pair.source, pollEvent.out);
    const before = source.woken();

    const target = targets[index] as XdpSocket;
    fill(target, ringSize / 2);
    target.receive(message.more);

    await expectWoken(source, [pair.source, ...targets]);
    t.is(before, undefined);
    t.is(source.woken(), pollEvent.out);
  });
}

/** The ways a target that made room comes to call the kernel, or does not. */
const calls: readonly { readonly call: string; readonly make: (target: XdpSocket) => unknown }[] = [
  { call: 'recvfrom(MSG_MORE)', make: (target) => target.receive(message.more) },
  { call: 'recvfrom(MSG_MORE | MSG_DONTWAIT)', make: (target) => target.receive(message.more | message.dontWait) },
  { call: 'recvfrom(MSG_DONTWAIT)', make: (target) => target.receive() },
  { call: 'poll(POLLIN)', make: (target) => target.poll(pollEvent.in, 0) },
  { call: 'sendto()', make: (target) => target.kick() },
  { call: 'nothing', make: () => undefined },
];

for (const { call, make } of calls) {
  test.serial(
    `a source with an empty TX ring that was told no is woken by a target that made room and calls ${call}`,
    async (t) => {
      await using pair = await openSleepingPair({ sharedUmem: true });
      await using source = await sleepInPoll(pair.source, pollEvent.out);
      const before = source.woken();

      fill(pair.target, ringSize / 2);
      make(pair.target);

      await expectWoken(source, endsOf(pair));
      t.is(before, undefined);
      t.is(source.woken(), pollEvent.out);
    },
  );

  for (const trigger of ['level', 'edge'] as const) {
    test.serial(
      `a stalled source in ${trigger}-triggered epoll gets an event, and its tail moves, once the target drains, refills and calls ${call}`,
      async (t) => {
        await using pair = await openSleepingPair({ sharedUmem: true });
        const { source, target } = pair;
        fill(target, ringSize);
        // It is told yes from the start, so that nobody has noted that it waits.
        using epoll = openEpoll([source], pollEvent.out, trigger);
        epoll.take();
        const received: number[] = [];
        let sent = 0;
        // As programs do with edges: until TX takes no more.
        while (source.rings.tx.free() > 0) {
          const count = Math.min(16, source.rings.tx.free());
          send(source, countFrom(sent, count));
          sent += count;
          source.kick();
          const isDone = (): boolean => source.rings.tx.count() === 0 || target.rings.rx.free() === 0;
          await eventually('TX to be emptied or RX to be full', isDone, { ends: endsOf(pair) });
          reclaim(source);
        }
        await using sleeper = await epoll.sleep();
        const before = sleeper.woken();

        await eventually(
          'an event for the source',
          () => {
            const arrived = receive(target);
            received.push(...arrived);
            if (arrived.length > 0) {
              fill(target, ringSize - target.rings.fill.count());
              make(target);
            }
            return sleeper.woken() !== undefined && received.length === sent;
          },
          { ends: endsOf(pair), state: () => ({ sent, received: received.length, event: sleeper.woken() }) },
        );

        t.is(before, undefined);
        t.is(sleeper.woken(), pollEvent.out);
        t.deepEqual(received, countFrom(0, sent));
      },
    );
  }
}

test.serial('while a source sleeps, the fill ring of its target asks for a call, and not afterwards', async (t) => {
  const rxSize = 8;
  await using pair = await openSleepingPair({ sharedUmem: true, target: { rxSize } });
  const ends = endsOf(pair);
  const { source, target } = pair;
  const asks = (): boolean => target.rings.fill.needsWakeup();
  fill(target, ringSize);
  send(source, countFrom(0, rxSize));
  source.kick();
  await eventually('the packets to arrive', () => target.rings.rx.count() === rxSize, { ends });
  await eventually('nobody to wait', () => !asks(), { ends });

  await using sleeper = await sleepInPoll(source, pollEvent.out);
  await eventually('the fill ring to ask', asks, { ends });
  receive(target);
  target.receive(message.more);

  await expectWoken(sleeper, ends);
  await eventually('the fill ring not to ask', () => !asks(), { ends });
  t.is(sleeper.woken(), pollEvent.out);
});

test.serial('nobody looks for room for a source that sleeps for packets alone', async (t) => {
  const quietMs = 200;
  await using pair = await openSleepingPair({ sharedUmem: true });
  await using sleeper = await sleepInPoll(pair.source, pollEvent.in);

  const events = await tracedLines('workqueue_execute_start', () => delay(quietMs), 'workqueue');

  t.is(events.filter(({ text }) => text.includes('function xsk_serve_work')).length, 0);
  t.is(sleeper.woken(), undefined);
});

test.serial('a source that sleeps is woken when its route changes to a target with room', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  using more = openMore(pair, [2]);
  const [second] = more.sockets as [XdpSocket];
  fill(second, ringSize);
  await using source = await sleepInPoll(pair.source, pollEvent.out);
  const before = source.woken();

  setRoute(flashId(pair.source), [flashId(second)]);

  await expectWoken(source, [pair.source, pair.target, second]);
  t.is(before, undefined);
  t.is(source.woken(), pollEvent.out);
});

test.serial('recvfrom without MSG_MORE still asks for MSG_DONTWAIT', async (t) => {
  await using pair = await openPair({ sharedUmem: true });

  t.is(pair.target.receive(0), 'EOPNOTSUPP');
  t.is(pair.target.receive(message.dontWait), 'ok');
  t.is(pair.target.receive(message.dontWait | message.more), 'ok');
});

test.serial('who waits at other targets is not woken, however many there are', async (t) => {
  const unrelated = 200;
  await using pair = await openPair({ sharedUmem: true });
  const queues = countFrom(0, unrelated).map((index) => 2 + (index % (testbed.queues - 2)));
  using more = openMore(pair, queues, { rxSize: 4, txSize: 4 });
  const others = more.sockets;
  for (const other of others) setRoute(flashId(other), [flashId(other)]);
  using epoll = openEpoll(others, pollEvent.out);
  await using waiting = await epoll.sleep();
  const wakeups = (): number => others.reduce((sum, other) => sum + (readStats(flashId(other))['wakeups'] ?? 0), 0);

  for (let cycle = 1; cycle <= 10; cycle++) {
    await using source = await sleepInPoll(pair.source, pollEvent.out);
    fill(pair.target, ringSize / 2);
    pair.target.receive(message.more);
    await expectWoken(source, endsOf(pair));
    send(pair.source, countFrom(0, ringSize / 2));
    pair.source.kick();
    const { rx } = pair.target.rings;
    await eventually('what was sent to arrive', () => rx.count() === ringSize / 2, { ends: endsOf(pair) });
    receive(pair.target);
    reclaim(pair.source);
  }

  t.true((readStats(flashId(pair.source))['wakeups'] ?? 0) >= 10);
  t.is(wakeups(), 0);
  t.is(waiting.woken(), undefined);
});

for (const { layout, sharedUmem } of umemLayouts) {
  // With a NIC an interrupt is in every cycle, and a slow one if the NIC is emulated.
  const cycles = turns(testbed.zeroCopy ? 5000 : sharedUmem ? 100_000 : 20_000);

  test.serial(`a source sleeps and is woken ${cycles} times, never forgotten and never late (${layout})`, async (t) => {
    t.timeout(280_000);
    await using device = await borrowDevice();
    await using pump = await startPumpOn(device, { mode: 'wake', rounds: cycles, separate: !sharedUmem });
    const [source = -1, target = -1] = pump.ids();
    setRoute(source, [target]);

    pump.go();
    const { exitCode, report } = await pump.end;

    t.log(JSON.stringify(report));
    t.is(exitCode, 0);
    t.like(report, { cycles, lost: 0, stalls: 0 });
  });

  for (const wait of ['poll', 'level', 'edge'] as const) {
    for (const target of ['busy', 'heeds', 'tells', 'sleeps'] as const) {
      // Somebody that is only served by the timer gets 64 packets in up to 16 ms.
      const packets = turns(target === 'busy' ? 4096 : 10_000);
      const asleep = wait === 'poll' ? 'poll()' : `${wait}-triggered epoll`;
      const kind = {
        busy: 'calls nothing',
        heeds: 'does as its fill ring asks',
        tells: 'tells of what it took',
        sleeps: 'sleeps as well',
      }[target];

      test.serial(
        `${packets} packets of a source that sleeps in ${asleep} reach a target that ${kind} (${layout})`,
        async (t) => {
          await using device = await borrowDevice();
          const ends = { separate: !sharedUmem, wait, target };
          await using pump = await startPumpOn(device, { mode: 'sleep', rounds: packets, ...ends });
          const [from = -1, to = -1] = pump.ids();
          setRoute(from, [to]);

          pump.go();
          const { exitCode, report, stats } = await endOrStandstill(pump, from);

          t.is(exitCode, 0, JSON.stringify({ report, stats }));
          t.like(report, { sent: packets, received: packets, reordered: 0 });
        },
      );
    }
  }
}
