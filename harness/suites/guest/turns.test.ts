import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { bindFlag, message, packetContinues } from '../../ffi/libc.js';
import { entryBytes, type TxRing } from '../../ffi/ring.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { setRoute } from '../../flash/registry.js';
import { auditWaiting } from './support/frame-audit.js';
import { eventually, roundsALook } from './support/ring-state.js';
import { countFrom, flashId, openMore, openSleepingPair, type RoutedPair } from './support/routed-pair.js';
import { fill, type PacketShape, receive, reclaim, send, takePackets } from './support/test-packets.js';
import { testbed } from './support/testbed.js';

/*
 * Sources that wait at the same pool: whoever calls serves all of them, and each has its turn.
 */

test.serial(
  'sockets that share a fill ring: who waits at one is served by a refill and a call of the other',
  async (t) => {
    await using pair = await openSleepingPair({ sharedUmem: true });
    const { source, target } = pair;
    using more = openMore(pair, [target.queue, 2]);
    const [beside, other] = more.sockets as [XdpSocket, XdpSocket];
    setRoute(flashId(other), [flashId(beside)]);
    for (const from of [source, other]) {
      send(from, countFrom(0, 16));
      from.kick();
    }

    fill(target, 32);
    target.receive(message.more);

    const ends = [source, other, target, beside];
    await eventually('both to be served', () => [target, beside].every(({ rings }) => rings.rx.count() === 16), {
      ends,
    });
    t.deepEqual([receive(target), receive(beside)], [countFrom(0, 16), countFrom(0, 16)]);
  },
);

test.serial('sources that share a completion ring: who waits for it is served by a call of the other', async (t) => {
  await using pair = await openSleepingPair({ sharedUmem: true, source: { completionSize: 16 } });
  const { source, target } = pair;
  using more = openMore(pair, [source.queue]);
  const [beside] = more.sockets as [XdpSocket];
  setRoute(flashId(beside), [flashId(target)]);
  fill(target, 64);
  for (const [index, from] of [source, beside].entries()) {
    send(from, countFrom(100 * index, 24));
    from.kick();
  }
  const ends = [source, beside, target];

  await eventually(
    'both TX rings to be empty',
    () => {
      if (reclaim(source) > 0) source.kick();
      return [source, beside].every(({ rings }) => rings.tx.count() === 0);
    },
    { ends },
  );

  const received = receive(target);
  t.deepEqual(
    received.filter((number) => number < 100),
    countFrom(0, 24),
  );
  t.deepEqual(
    received.filter((number) => number >= 100),
    countFrom(100, 24),
  );
});

const rounds = 400;
const umem = { frameCount: 1024 };

interface Flow {
  readonly source: XdpSocket;
  readonly shape: PacketShape;
  arrived: number;
}

interface ContendOptions {
  /** Of the packets of each source. */
  readonly fragments: readonly number[];
  /** The target sees to it that the kernel has so many of its frames. */
  readonly frames: number;
  /** At most how many packets it takes before it calls; all there are if undefined. */
  readonly perCall?: number;
  readonly until: (arrived: readonly number[]) => boolean;
}

interface Contended {
  /** How many packets of each source. */
  readonly arrived: readonly number[];
  readonly problems: readonly string[];
}

/** Sources that always have packets, and kick only if TX asks for it, and a target that refills. */
async function contend({ fragments, frames, perCall, until }: ContendOptions): Promise<Contended> {
  const bindFlags = testbed.bindFlags | bindFlag.useSg;
  await using pair = await openSleepingPair({ sharedUmem: true, umem, source: { bindFlags }, target: { bindFlags } });
  const { source, target } = pair;
  using more = openMore(pair, countFrom(2, fragments.length - 1), { bindFlags });
  for (const each of more.sockets) setRoute(flashId(each), [flashId(target)]);
  const flows = [source, ...more.sockets].map((each, index): Flow => {
    return { source: each, shape: { fragments: fragments[index] ?? 1, fragmentBytes: 64 }, arrived: 0 };
  });
  const topUp = ({ source: { rings }, source: from, shape }: Flow): void => {
    reclaim(from);
    const room = Math.floor(rings.tx.free() / shape.fragments);
    send(from, countFrom(0, room), { shape });
    if (rings.tx.needsWakeup()) from.kick();
  };
  let filled = 0;
  const arrivedOf = (): number[] => flows.map((flow) => flow.arrived);
  let turn = 0;
  const round = (): boolean => {
    for (const flow of flows) topUp(flow);
    for (const packet of takePackets(target, perCall)) {
      target.umem.give(packet.map(({ addr }) => addr));
      const flow = flows.find(({ shape }) => shape.fragments === packet.length);
      if (flow !== undefined) flow.arrived++;
      // Also counted while they are in the stash, or on their way there.
      filled -= packet.length;
    }
    fill(target, frames - filled);
    filled = frames;
    target.receive(message.more);
    return ++turn >= rounds || until(arrivedOf());
  };
  await eventually('every source to have had its turns', () => countFrom(0, roundsALook).some(round), {
    ends: [target, source, ...more.sockets],
    deadlineMs: 20_000,
    state: arrivedOf,
  });
  return { arrived: arrivedOf(), problems: await auditWaiting([source.umem]) };
}

interface Contest {
  /** Of the packet of the source, which is more than the target has frames. */
  readonly fragments: number;
  /** As many as the small packets. */
  readonly frames: number;
}

/** Has small packets wait for the target of a pair behind a packet of its source that does not fit. */
function waitBehind({ source, target }: RoutedPair, small: XdpSocket, { fragments, frames }: Contest): void {
  setRoute(flashId(small), [flashId(target)]);
  send(source, [0], { shape: { fragments, fragmentBytes: 64 } });
  source.kick();
  send(small, countFrom(0, frames));
  fill(target, frames);
  small.kick();
}

if (testbed.severalBuffers) {
  const enough = 20;
  /** A small part of what passes, and more than the few that slip by while the large one is looked at. */
  const enoughSmall = 1000;
  const hadTurns = (counts: readonly number[]): boolean => counts.every((count) => count >= enough);

  for (const { takes, perCall } of [
    { takes: 'all that there is', perCall: undefined },
    { takes: 'one packet a call', perCall: 1 },
  ]) {
    test.serial(
      `neither small packets starve large ones at the same target, nor large ones small ones, if it takes ${takes}`,
      async (t) => {
        const { arrived, problems } = await contend({ fragments: [1, 12], frames: 16, perCall, until: hadTurns });

        t.true(hadTurns(arrived), `${arrived.join(' small and ')} large packets in ${rounds} rounds`);
        t.deepEqual(problems, []);
      },
    );

    test.serial(
      `large packets that fit are not starved behind one that never does, if the target takes ${takes}`,
      async (t) => {
        const fitting = ([, ...counts]: readonly number[]): boolean => hadTurns(counts);

        const { arrived, problems } = await contend({ fragments: [17, 12, 1], frames: 16, perCall, until: fitting });

        t.true(fitting(arrived), `${arrived.join(', ')} packets in ${rounds} rounds`);
        t.is(arrived[0], 0);
        t.deepEqual(problems, []);
      },
    );
  }

  test.serial('a packet that does not fit holds up no other source of its target', async (t) => {
    const { arrived, problems } = await contend({
      fragments: [1, 12],
      frames: 8,
      until: ([small = 0]) => small >= enoughSmall,
    });

    t.true((arrived[0] ?? 0) >= enoughSmall, `${arrived.join(' small and ')} large packets in ${rounds} rounds`);
    t.is(arrived[1], 0);
    t.deepEqual(problems, []);
  });

  test.serial('a packet that does not fit lets others pass after a while, however often it is kicked', async (t) => {
    const kicksMs = 5000;
    const bindFlags = testbed.bindFlags | bindFlag.useSg;
    await using pair = await openSleepingPair({ sharedUmem: true, umem, source: { bindFlags }, target: { bindFlags } });
    const { source, target } = pair;
    using more = openMore(pair, [2], { bindFlags });
    const [small] = more.sockets as [XdpSocket];
    waitBehind(pair, small, { fragments: 12, frames: 4 });

    // In a row: nobody would keep its turn in the pauses.
    const end = performance.now() + kicksMs;
    while (target.rings.rx.count() < 4 && performance.now() < end) source.kick();

    t.deepEqual(receive(target), countFrom(0, 4));
  });

  test.serial('a packet that is rewritten shorter and shorter lets others pass no later', async (t) => {
    const [fragments, frames, stepMs, mostSteps] = [17, 4, 12, 7];
    const bindFlags = testbed.bindFlags | bindFlag.useSg;
    await using pair = await openSleepingPair({ sharedUmem: true, umem, source: { bindFlags }, target: { bindFlags } });
    const { source, target } = pair;
    using more = openMore(pair, [2], { bindFlags });
    const [small] = more.sockets as [XdpSocket];
    waitBehind(pair, small, { fragments, frames });
    const hasPassed = (): boolean => target.rings.rx.count() === frames;

    let steps = 0;
    for (; !hasPassed() && fragments - steps > frames + 1; steps++) {
      endPacketAt(source.rings.tx, fragments - 2 - steps);
      const end = performance.now() + stepMs;
      while (!hasPassed() && performance.now() < end) source.kick();
    }

    t.deepEqual(receive(target), countFrom(0, frames));
    t.true(steps <= mostSteps, `it took ${steps} steps of ${stepMs} ms`);
  });
}

const optionsOffset = 12;

/** Has the packet that is first on a TX ring end with this descriptor. */
function endPacketAt({ memory: { consumer, entries }, size }: TxRing, index: number): void {
  const at = ((Atomics.load(consumer, 0) + index) & (size - 1)) * entryBytes.descriptor + optionsOffset;
  entries.setUint32(at, entries.getUint32(at, true) & ~packetContinues, true);
}

/** Fills the TX ring of each source with packets that tell its index, and kicks those that ask for it. */
function keepBusy(sources: readonly XdpSocket[]): void {
  for (const [index, each] of sources.entries()) {
    reclaim(each);
    send(
      each,
      countFrom(0, each.rings.tx.free()).map(() => index),
    );
    if (each.rings.tx.needsWakeup()) each.kick();
  }
}

test.serial('of two sources each has its share at a target that makes room seldom', async (t) => {
  await using pair = await openSleepingPair({ sharedUmem: true, umem });
  const { source, target } = pair;
  using more = openMore(pair, [2]);
  const sources = [source, ...more.sockets];
  for (const each of more.sockets) setRoute(flashId(each), [flashId(target)]);
  const arrived = sources.map(() => 0);

  for (let round = 0; round < 20; round++) {
    keepBusy(sources);
    fill(target, 16);
    target.receive(message.more);
    await eventually('packets to arrive', () => target.rings.rx.count() >= 16, { ends: [target, ...sources] });
    for (const index of receive(target)) arrived[index] = (arrived[index] ?? 0) + 1;
    // Longer than a packet keeps its turn for, and anybody is behind it.
    await delay(60);
  }

  const least = Math.min(...arrived);
  t.true(least >= 80, `${arrived.join(' and ')} packets`);
});

test.serial('of four sources that always have packets, each has its turn whenever the target makes room', async (t) => {
  await using pair = await openSleepingPair({ sharedUmem: true, umem });
  const { source, target } = pair;
  using more = openMore(pair, [2, 3, 4]);
  const sources = [source, ...more.sockets];
  for (const each of more.sockets) setRoute(flashId(each), [flashId(target)]);
  const arrived = sources.map(() => 0);

  await eventually(
    'a hundred packets of each to arrive',
    () => {
      keepBusy(sources);
      for (const index of receive(target)) arrived[index] = (arrived[index] ?? 0) + 1;
      fill(target, 16 - target.rings.fill.count());
      target.receive(message.more);
      return arrived.every((count) => count >= 100);
    },
    { ends: [target, ...sources], deadlineMs: 20_000, state: () => arrived },
  );
  t.true(arrived.every((count) => count >= 100));
});
