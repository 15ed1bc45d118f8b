import test from 'ava';
import { message, pollEvent } from '../../ffi/libc.js';
import { sleepInPoll } from '../../ffi/sleeper.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { clearRoute, setRoute } from '../../flash/registry.js';
import { auditProblems } from './support/frame-audit.js';
import { eventually } from './support/ring-state.js';
import {
  countFrom,
  endsOf,
  flashId,
  openMore,
  openPair,
  openSleepingPair,
  umemLayouts,
  umemsOf,
} from './support/routed-pair.js';
import type { PairOptions, RoutedPair } from './support/routed-pair.js';
import { openRow } from './support/socket-row.js';
import { fill, receive, reclaim, send } from './support/test-packets.js';
import { testbed } from './support/testbed.js';
import { movedIn, ofThisThread, tracedLines } from './support/traced.js';

/*
 * What was kicked once is carried to its end, whoever calls what afterwards, or nobody anything.
 */
const ringSize = 64;

/** On a NIC: NAPI polls by interrupt, and by the system calls of sockets that prefer to poll busily. */
const onNic = [
  { how: ', interrupts', busyPoll: false },
  { how: ', busy polling', busyPoll: true },
];
const polls = testbed.zeroCopy ? onNic : [{ how: '', busyPoll: false }];

interface SetUp {
  readonly name: string;
  readonly sharedUmem: boolean;
  readonly busyPoll: boolean;
}

const setUps = umemLayouts.flatMap(({ layout, sharedUmem }) =>
  polls.map(({ how, busyPoll }): SetUp => ({ name: `${layout}${how}`, sharedUmem, busyPoll })),
);

function open(
  { sharedUmem, busyPoll }: SetUp,
  { source, target, umem = {} }: Partial<PairOptions> = {},
): Promise<RoutedPair> {
  return openPair({ sharedUmem, umem, source: { busyPoll, ...source }, target: { busyPoll, ...target } });
}

/** What is called for a source that waits, by its target or somebody beside it; it does nothing itself. */
const calls: readonly { readonly call: string; readonly make: (target: XdpSocket, beside: XdpSocket) => unknown }[] = [
  { call: 'recvfrom(MSG_MORE) of its target', make: (target) => target.receive(message.more) },
  { call: 'recvfrom(MSG_DONTWAIT) of its target', make: (target) => target.receive() },
  { call: 'poll(POLLIN) of its target', make: (target) => target.poll(pollEvent.in, 0) },
  { call: 'sendto() of its target', make: (target) => target.kick() },
  { call: 'recvfrom(MSG_MORE) of a socket beside its target', make: (_target, beside) => beside.receive(message.more) },
  { call: 'nothing at all', make: () => undefined },
];

/** The target takes what comes and refills, a few at a time, until all has come. */
async function drain({ source, target }: RoutedPair, packets: number, after: () => unknown): Promise<number[]> {
  const received: number[] = [];
  await eventually(
    'TX to be empty and everything to arrive',
    () => {
      const arrived = receive(target);
      received.push(...arrived);
      if (arrived.length > 0) {
        fill(target, 4 - target.rings.fill.count());
        after();
      }
      return source.rings.tx.count() === 0 && received.length >= packets;
    },
    { ends: [source, target], state: () => ({ received: received.length }) },
  );
  return received;
}

for (const setUp of setUps) {
  for (const { call, make } of calls) {
    test.serial(
      `what was kicked once moves on when its target drains, refills, and there is ${call} (${setUp.name})`,
      async (t) => {
        await using pair = await open(setUp);
        using more = openMore(pair, [pair.target.queue]);
        const [beside] = more.sockets as [XdpSocket];
        fill(pair.target, 16);
        send(pair.source, countFrom(0, ringSize));

        const outcome = pair.source.kick();
        let received: number[] = [];
        const events = await tracedLines('flash_redirect', async () => {
          received = await drain(pair, ringSize, () => make(pair.target, beside));
        });

        t.is(outcome, 'ok');
        t.deepEqual(received, countFrom(0, ringSize));
        // The timer is not the only one that serves.
        if (!testbed.zeroCopy) t.is(movedIn(ofThisThread(events)) > 0, call !== 'nothing at all');
        t.deepEqual(auditProblems(umemsOf(pair)), []);
      },
    );
  }

  test.serial(
    `what was kicked once moves on while its source sleeps until something arrives (${setUp.name})`,
    async (t) => {
      await using pair = await open(setUp);
      fill(pair.target, 16);
      send(pair.source, countFrom(0, ringSize));
      pair.source.kick();
      await using source = await sleepInPoll(pair.source, pollEvent.in);

      const received = await drain(pair, ringSize, () => pair.target.receive(message.more));

      t.deepEqual(received, countFrom(0, ringSize));
      t.is(source.woken(), undefined);
    },
  );

  test.serial(
    `all of a long TX ring moves after one poll(POLLOUT), when the target has room and polls busily (${setUp.name})`,
    async (t) => {
      const packets = 2048;
      const large = { txSize: packets, completionSize: packets, rxSize: packets, fillSize: 2 * packets };
      await using pair = await open(setUp, { umem: { frameCount: 2 * packets }, source: large, target: large });
      fill(pair.target, packets);
      send(pair.source, countFrom(0, packets));

      await using _source = await sleepInPoll(pair.source, pollEvent.out);

      await eventually(
        'everything to arrive',
        () => {
          pair.target.poll(pollEvent.in, 0);
          return pair.target.rings.rx.count() === packets;
        },
        { ends: endsOf(pair) },
      );
      t.deepEqual(receive(pair.target), countFrom(0, packets));
    },
  );

  test.serial(`sendto() of a source that waits says 0, however often (${setUp.name})`, async (t) => {
    await using pair = await open(setUp);
    fill(pair.target, 16);
    send(pair.source, countFrom(0, ringSize));

    const outcomes = countFrom(0, 100).map(() => pair.source.kick());

    t.deepEqual([...new Set(outcomes)], ['ok']);
    t.is(pair.source.rings.tx.count(), ringSize - 16);
  });

  test.serial(
    `what is put on TX without a kick, while TX does not ask for one, moves as well (${setUp.name})`,
    async (t) => {
      await using pair = await open(setUp);
      fill(pair.target, 16);
      send(pair.source, countFrom(0, 32));
      pair.source.kick();
      await eventually('TX not to ask', () => !pair.source.rings.tx.needsWakeup(), { ends: endsOf(pair) });
      send(pair.source, countFrom(32, 32));

      const received = await drain(pair, ringSize, () => pair.target.receive(message.more));

      t.deepEqual(received, countFrom(0, ringSize));
      await eventually('TX to ask again', () => pair.source.rings.tx.needsWakeup(), { ends: endsOf(pair) });
    },
  );

  test.serial(
    `a source that waits for room on its own completion ring is told to ask, and is carried without (${setUp.name})`,
    async (t) => {
      await using pair = await open(setUp, { source: { completionSize: 16 } });
      fill(pair.target, ringSize);
      send(pair.source, countFrom(0, 48));
      const outcome = pair.source.kick();
      const { tx, completion } = pair.source.rings;
      await eventually('the completion ring to be full', () => completion.free() === 0, { ends: endsOf(pair) });
      const asks = [tx.needsWakeup(), pair.target.rings.fill.needsWakeup()];

      await eventually(
        'TX to be empty',
        () => {
          reclaim(pair.source);
          return pair.source.rings.tx.count() === 0;
        },
        { ends: endsOf(pair) },
      );

      t.is(outcome, 'ok');
      t.deepEqual(asks, [true, false]);
      t.deepEqual(receive(pair.target), countFrom(0, 48));
    },
  );
}

const umem = { frameCount: 512 };
const fillSize = 256;

/** What a source can lack at a target that is not told of it. */
const lacks = [
  { what: 'entries of RX', frames: fillSize, rxSize: 16 },
  { what: 'frames', frames: 16, rxSize: ringSize },
] as const;

for (const { what, frames, rxSize } of lacks) {
  for (const { layout, sharedUmem } of umemLayouts) {
    const openLacking = (): Promise<RoutedPair> => openSleepingPair({ sharedUmem, umem, target: { rxSize, fillSize } });

    test.serial(
      `while a source waits for ${what}, the fill ring of its target asks for a call, and not afterwards (${layout})`,
      async (t) => {
        await using pair = await openLacking();
        const { source, target } = pair;
        fill(target, frames);
        const before = target.rings.fill.needsWakeup();
        send(source, countFrom(0, 40));
        source.kick();
        await eventually('the fill ring to ask', () => target.rings.fill.needsWakeup(), { ends: endsOf(pair) });

        const received = await drain(pair, 40, () => target.receive());

        t.false(before);
        t.deepEqual(received, countFrom(0, 40));
        await eventually('the fill ring not to ask', () => !target.rings.fill.needsWakeup(), { ends: endsOf(pair) });
      },
    );

    test.serial(
      `a target that does as its fill ring asks is served by that call, when somebody waits for ${what} (${layout})`,
      async (t) => {
        await using pair = await openLacking();
        const { source, target } = pair;
        fill(target, frames);
        let moved = 0;

        // The timer may be the first, again and again where this program is slow.
        for (let attempt = 0; attempt === 0 || (!testbed.zeroCopy && moved === 0 && attempt < 10); attempt++) {
          reclaim(source);
          send(source, countFrom(0, ringSize));
          source.kick();
          let received: number[] = [];
          const events = await tracedLines('flash_redirect', async () => {
            received = await drain(pair, ringSize, () => target.rings.fill.needsWakeup() && target.receive());
          });
          moved += movedIn(ofThisThread(events));
          t.deepEqual(received, countFrom(0, ringSize));
        }

        if (!testbed.zeroCopy) t.true(moved > 0);
      },
    );
  }

  for (const way of ['closes', 'is led elsewhere', 'is on no route any more'] as const) {
    test.serial(`the fill ring asks until the last source that waits for ${what} ${way}`, async (t) => {
      await using pair = await openSleepingPair({ sharedUmem: true, umem, route: false, target: { rxSize, fillSize } });
      const { target } = pair;
      using waiting = openMore(pair, [2, 3]);
      fill(target, frames);
      for (const source of waiting.sockets) {
        setRoute(flashId(source), [flashId(target)]);
        send(source, countFrom(0, 20));
        source.kick();
      }
      const [first, last] = waiting.sockets as [XdpSocket, XdpSocket];
      const leave = (source: XdpSocket): void => {
        if (way === 'closes') source.close();
        else if (way === 'is led elsewhere') setRoute(flashId(source), [flashId(pair.source)]);
        else clearRoute(flashId(source));
      };
      await eventually('the fill ring to ask', () => target.rings.fill.needsWakeup(), { ends: [target, first, last] });

      leave(first);
      const afterOne = target.rings.fill.needsWakeup();
      leave(last);

      t.true(afterOne);
      await eventually('the fill ring not to ask', () => !target.rings.fill.needsWakeup(), { ends: [target] });
    });
  }
}

for (const { call, make } of calls.slice(0, 3)) {
  test.serial(`${call} moves at most 64 descriptors for others, and what is left comes by itself`, async (t) => {
    const sources = 4;
    await using row = await openRow({ count: 1 + sources, sharedUmem: true, ringSizes: [512], busyPoll: false });
    const [target, ...from] = row.sockets as [XdpSocket, ...XdpSocket[]];
    const { rx } = target.rings;
    for (const source of from) {
      setRoute(flashId(source), [flashId(target)]);
      send(source, countFrom(0, ringSize));
      source.kick();
    }

    const events = await tracedLines('flash_redirect', async () => {
      fill(target, sources * ringSize);
      make(target, target);
      await eventually('everything to arrive', () => rx.count() === sources * ringSize, { ends: row.sockets });
    });

    const own = movedIn(ofThisThread(events));
    t.true(own <= 64, `${own} moved by the call`);
    t.is(movedIn(events), sources * ringSize);
    t.deepEqual(row.problems(), []);
  });
}
