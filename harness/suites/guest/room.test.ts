import test from 'ava';
import { bindFlag, message, pollEvent } from '../../ffi/libc.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { sleepInPoll } from '../../ffi/sleeper.js';
import { readStats, setRoute } from '../../flash/registry.js';
import { eventually } from './support/ring-state.js';
import {
  countFrom,
  endsOf,
  flashId,
  openMore,
  openPair,
  openSleepingPair,
  type OpenSockets,
  type RoutedPair,
} from './support/routed-pair.js';
import { fill, receive, reclaim, send } from './support/test-packets.js';
import { testbed } from './support/testbed.js';

/*
 * What POLLOUT of a routed source means: its own TX ring is at most half full, and some target has
 * room. That is: its RX ring is at most half used, and its fill ring and stash hold at least
 * max(1, min(half of the fill ring, 64)) frames; or its RX ring is empty and there is one frame.
 */
const writable = ({ source }: RoutedPair): boolean => source.poll(pollEvent.out, 0).writable;
const neededIn = (fillSize: number): number => Math.max(1, Math.min(Math.floor(fillSize / 2), 64));

const arrived = (pair: RoutedPair, count: number): Promise<void> =>
  eventually(`${count} packets to be on RX`, () => pair.target.rings.rx.count() === count, { ends: endsOf(pair) });

/** A target with so many packets on RX and an empty fill ring. */
async function useRx(pair: RoutedPair, used: number): Promise<void> {
  const { source, target } = pair;
  for (let left = used; left > 0; ) {
    const count = Math.min(left, target.rings.fill.size, source.rings.tx.size);
    fill(target, count);
    send(source, countFrom(0, count));
    source.kick();
    await eventually(`${count} packets to arrive`, () => source.rings.tx.count() === 0, { ends: endsOf(pair) });
    reclaim(source);
    left -= count;
  }
}

/** A driver takes frames from its fill ring until it has what it wants, which it does not find in a small one. */
const sizes = (all: readonly number[]): readonly number[] => all.filter((size) => size >= 64 || !testbed.zeroCopy);

for (const fillSize of sizes([1, 2, 4, 8, 64, 128, 256, 2048, 4096])) {
  const needed = neededIn(fillSize);

  test.serial(
    `a target with a fill ring of ${fillSize} has room with one frame if RX is empty, and with ${needed} if not`,
    async (t) => {
      await using pair = await openPair({ sharedUmem: true, target: { fillSize } });
      const withNone = writable(pair);
      fill(pair.target, 1);
      const withOne = writable(pair);
      reclaim(pair.source);
      send(pair.source, [0]);
      pair.source.kick();
      await arrived(pair, 1);
      fill(pair.target, needed - 1);
      const oneShort = writable(pair);

      fill(pair.target, 1);

      t.false(withNone);
      t.true(withOne);
      t.is(pair.target.rings.fill.count(), needed);
      t.false(oneShort);
      t.true(writable(pair));
    },
  );
}

for (const rxSize of sizes([1, 2, 4, 64, 256])) {
  const half = Math.floor(rxSize / 2);

  test.serial(`a target with an RX ring of ${rxSize} has room while at most ${half} are used`, async (t) => {
    const target = { rxSize, fillSize: 256 };
    await using pair = await openPair({ sharedUmem: true, umem: { frameCount: 512 }, target });
    await useRx(pair, half);
    fill(pair.target, 200);
    const halfUsed = writable(pair);
    send(pair.source, [99]);
    pair.source.kick();
    await arrived(pair, half + 1);
    const oneMore = writable(pair);

    receive(pair.target);

    t.true(halfUsed);
    t.false(oneMore);
    t.true(writable(pair));
  });
}

/** What is all that some targets ever have: far from half of the fill ring. */
for (const { fillSize, frames } of [
  { fillSize: 2048, frames: 128 },
  { fillSize: 4096, frames: 1500 },
]) {
  test.serial(
    `a target whose fill ring of ${fillSize} holds ${frames} frames wakes a source that sleeps`,
    async (t) => {
      const target = { fillSize, rxSize: 2048 };
      await using pair = await openSleepingPair({ sharedUmem: true, umem: { frameCount: 4096 }, target });
      await useRx(pair, 1);
      await using source = await sleepInPoll(pair.source, pollEvent.out);
      const before = source.woken();

      fill(pair.target, frames);
      pair.target.receive(message.more);

      await eventually('the source to wake', () => source.woken() !== undefined, { ends: endsOf(pair) });
      t.is(before, undefined);
      t.is(source.woken(), pollEvent.out);
    },
  );
}

test.serial('a target without room wakes nobody, however often it calls', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  await useRx(pair, 1);
  fill(pair.target, neededIn(64) - 1);
  await using source = await sleepInPoll(pair.source, pollEvent.out);

  for (let call = 0; call < 100; call++) pair.target.receive(message.more);
  await source.settled();

  t.is(source.woken(), undefined);
  t.is(readStats(flashId(pair.source))['wakeups'], 0);
});

const bindFlags = testbed.bindFlags | bindFlag.useSg;

/** Another source of the target sends a packet of one buffer more than there are frames, which go to the stash. */
async function makeStash(pair: RoutedPair, count: number): Promise<OpenSockets> {
  const { target } = pair;
  const more = openMore(pair, [2], { bindFlags });
  const [other] = more.sockets as [XdpSocket];
  setRoute(flashId(other), [flashId(target)]);
  fill(target, count);
  send(other, [1], { shape: { fragments: count + 1, fragmentBytes: 64 } });
  other.kick();
  const stashed = (): number => readStats(flashId(target))['stashed'] ?? 0;
  await eventually('the frames to be in the stash', () => stashed() === count, { ends: [other, target] });
  // The packet is not to have them once there are enough.
  setRoute(flashId(other), [flashId(other)]);
  return more;
}

if (testbed.severalBuffers) {
  const fillSize = testbed.zeroCopy ? 64 : 32;
  const needed = neededIn(fillSize);

  for (const stashed of [6, 15]) {
    test.serial(
      `frames in the stash count: ${stashed} there leave ${needed - stashed} for a fill ring of ${fillSize}`,
      async (t) => {
        await using pair = await openPair({ sharedUmem: true, source: { bindFlags }, target: { bindFlags, fillSize } });
        await useRx(pair, 1);
        using _other = await makeStash(pair, stashed);
        fill(pair.target, needed - stashed - 1);
        const oneShort = writable(pair);

        fill(pair.target, 1);

        t.false(oneShort);
        t.true(writable(pair));
      },
    );
  }

  test.serial('a source that sleeps is woken by frames in the stash and the one that was missing', async (t) => {
    await using pair = await openPair({ sharedUmem: true, source: { bindFlags }, target: { bindFlags, fillSize } });
    await useRx(pair, 1);
    using _other = await makeStash(pair, 15);
    fill(pair.target, needed - 15 - 1);
    await using source = await sleepInPoll(pair.source, pollEvent.out);
    const before = source.woken();

    fill(pair.target, 1);
    pair.target.receive(message.more);

    await eventually('the source to wake', () => source.woken() !== undefined, { ends: endsOf(pair) });
    t.is(before, undefined);
    t.is(source.woken(), pollEvent.out);
  });
}
