import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { bindFlag, message } from '../../ffi/libc.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { holdAt, type Hold } from '../../flash/hold.js';
import { clearRoute, setRoute } from '../../flash/registry.js';
import { interleaving, watch, whileHeld } from './support/interleaving.js';
import { eventually, idleMs } from './support/ring-state.js';
import { countFrom, endsOf, flashId, openMore, openSleepingPair, type RoutedPair } from './support/routed-pair.js';
import { fill, packetsOf, receive, reclaim, send } from './support/test-packets.js';
import { testbed } from './support/testbed.js';

/*
 *   a:0 [source] --next--> [target] a:1
 *
 * Who moves what was kicked, while somebody else kicks, gives room or takes the claim.
 */
const [sourceQueue, targetQueue] = [0, 1];
const severalFragments = testbed.bindFlags | bindFlag.useSg;

/** Waits until so many packets have come, and takes them. */
async function arrive(pair: RoutedPair, count: number): Promise<number[]> {
  await eventually(`${count} packets to arrive`, () => pair.target.rings.rx.count() === count, { ends: endsOf(pair) });
  return receive(pair.target);
}

/** Waits until the work of a pool has looked at all that a route that was set gave it to do. Holds what it does next. */
async function holdIdleWork(queue: number): Promise<Hold> {
  for (;;) {
    const next = holdAt('work', queue);
    await delay(idleMs);
    if (!next.isHeld()) return next;
    next.release();
  }
}

const claims = [
  { point: 'carry-claimed', where: 'has the claim and has not looked at TX' },
  { point: 'carry-looked', where: 'has looked at TX and has the claim' },
  { point: 'carry-released', where: 'has given the claim back and has not looked for kicks' },
] as const;

for (const { point, where } of claims) {
  interleaving(`nothing stays on TX of what is kicked while another context ${where}`, async (t) => {
    await using pair = await openSleepingPair({ sharedUmem: true });
    const { source, target } = pair;
    fill(target, 8);
    using hold = holdAt(point, flashId(source));
    send(source, [0]);
    const first = source.kickInThread();
    await hold.held();

    send(source, [1]);
    const outcome = source.kick();
    hold.release();
    await first;

    t.is(outcome, 'ok');
    t.deepEqual(await arrive(pair, 2), [0, 1]);
  });
}

interleaving('what is put on TX just before its ring asks for kicks, and is not kicked, is carried', async (t) => {
  await using pair = await openSleepingPair({ sharedUmem: true });
  const { source, target } = pair;
  send(source, [0]);
  using work = holdAt('work', targetQueue);
  source.kick();
  await work.held();
  fill(target, 8);
  using looked = holdAt('carry-looked', flashId(source));
  work.release();
  await looked.held();

  const asks = source.rings.tx.needsWakeup();
  send(source, [1]);
  looked.release();

  t.false(asks);
  t.deepEqual(await arrive(pair, 2), [0, 1]);
});

interleaving(
  'what is put on TX just before its ring asks for kicks is carried, also if a context that had stalled comes late',
  async (t) => {
    await using pair = await openSleepingPair({ sharedUmem: true });
    const { source, target } = pair;
    using timer = holdAt('work', targetQueue);
    using own = await holdIdleWork(sourceQueue);
    send(source, [0]);
    using stalled = holdAt('carry-stalled', flashId(source));
    const late = source.kickInThread();
    await stalled.held();
    fill(target, 8);
    using looked = holdAt('carry-looked', flashId(source));
    const kick = source.kickInThread();
    await looked.held();
    const asks = source.rings.tx.needsWakeup();
    looked.release();
    await kick;
    stalled.release();
    await late;

    // As if the store of who has seen the flag as it was took that long to be seen.
    send(source, [1]);
    own.release();
    timer.release();

    t.false(asks);
    t.deepEqual(await arrive(pair, 2), [0, 1]);
  },
);

interleaving(
  'a source that gets frames between its look and its wait goes on at once, without a call or the timer',
  async (t) => {
    await using pair = await openSleepingPair({ sharedUmem: true });
    const { source, target } = pair;
    using work = holdAt('work', targetQueue);
    send(source, [0]);
    using stalled = holdAt('carry-stalled', flashId(source));
    const kick = source.kickInThread();
    await stalled.held();

    fill(target, 1);
    stalled.release();
    await kick;

    await whileHeld('the packet to arrive', () => target.rings.rx.count() === 1, endsOf(pair));
    t.deepEqual(receive(target), [0]);
    work[Symbol.dispose]();
  },
);

interleaving('a source that stalls again just before it is to wait no more waits on', async (t) => {
  await using pair = await openSleepingPair({ sharedUmem: true });
  const { source, target } = pair;
  using timer = holdAt('work', targetQueue);
  send(source, [0]);
  using stalled = holdAt('carry-stalled', flashId(source));
  const first = source.kickInThread();
  await stalled.held();
  fill(target, 1);
  using done = holdAt('carry-done', flashId(source));
  stalled.release();
  await done.held();

  send(source, [1]);
  source.kick();
  done.release();
  await first;
  fill(target, 1);
  timer.release();

  t.deepEqual(await arrive(pair, 2), [0, 1]);
});

interleaving(
  'a source goes on at once beside one that waits for another target of the same pool, without a call or the timer',
  async (t) => {
    await using pair = await openSleepingPair({ sharedUmem: true, target: { rxSize: 8 } });
    const { source, target } = pair;
    using more = openMore(pair, [targetQueue, 2]);
    const [beside, other] = more.sockets as [XdpSocket, XdpSocket];
    setRoute(flashId(other), [flashId(beside)]);
    using timer = holdAt('work', targetQueue);
    fill(target, 32);
    send(source, countFrom(0, 16));
    source.kick();

    send(other, countFrom(0, 4));
    other.kick();

    await whileHeld('the packets to arrive', () => beside.rings.rx.count() === 4, [other, beside]);
    t.deepEqual(receive(beside), countFrom(0, 4));
    t.is(source.rings.tx.count(), 8);
    timer[Symbol.dispose]();
  },
);

interleaving('a source is not carried on where it stalled while nothing it sends is for there', async (t) => {
  const [batch, invalid] = [64, 1000];
  await using pair = await openSleepingPair({
    sharedUmem: true,
    source: { txSize: 2048, completionSize: 2048 },
  });
  const { source, target } = pair;
  const { tx } = source.rings;
  using timer = holdAt('work', targetQueue);
  send(source, [0]);
  source.kick();
  tx.produce(countFrom(0, invalid).map(() => ({ addr: 0, len: 0 })));
  fill(target, 1);
  // Its first turn is for what it stalled with, and some of what comes after that.
  target.receive(message.more);
  t.true(tx.count() >= invalid - batch, `${tx.count()} left`);

  target.receive(message.more);

  await whileHeld('the TX ring to be empty', () => tx.count() === 0, endsOf(pair));
  t.deepEqual(receive(target), [0]);
  timer[Symbol.dispose]();
});

interleaving('a source whose completion ring is full after its turn elsewhere waits at its own pool', async (t) => {
  const completionSize = 16;
  // The other half is for the socket beside, which sends to the device.
  const room = completionSize / 2;
  await using pair = await openSleepingPair({ sharedUmem: true, source: { completionSize } });
  const { source, target } = pair;
  using more = openMore(pair, [sourceQueue]);
  const [beside] = more.sockets as [XdpSocket];
  using timer = holdAt('work', targetQueue);
  send(source, countFrom(0, 48));
  source.kick();
  fill(target, 48);
  target.receive(message.more);
  t.is(target.rings.rx.count(), room);

  reclaim(source);
  beside.receive(message.more);

  await whileHeld('more to arrive', () => target.rings.rx.count() > room, endsOf(pair));
  t.is(source.rings.completion.count(), target.rings.rx.count() - room);
  timer[Symbol.dispose]();
});

/** For so long nobody passes who keeps its turn and is looked at: twice 16 ms, less a tick. */
const keptMs = 28;

/** Returns how many small packets passed the large one meanwhile, or undefined if they had longer than that. */
async function passWhoIsLookedAt(t: ExecutionContext): Promise<number | undefined> {
  const [large, small] = [0, 100];
  const shape = { fragments: 4, fragmentBytes: 64 };
  await using pair = await openSleepingPair({
    sharedUmem: true,
    source: { bindFlags: severalFragments },
    target: { bindFlags: severalFragments },
  });
  const { source, target } = pair;
  using more = openMore(pair, [2], { bindFlags: severalFragments });
  const [other] = more.sockets as [XdpSocket];
  setRoute(flashId(other), [flashId(target)]);
  using timer = holdAt('work', targetQueue);
  const beginMs = performance.now();
  send(source, [large], { shape });
  source.kick();
  target.receive(message.more);
  using looks = holdAt('serve-turn', flashId(source));
  const look = source.kickInThread();
  await looks.held();

  fill(target, 1);
  send(other, [small]);
  other.kick();
  const passed = target.rings.rx.count();
  const lookedMs = performance.now();
  looks.release();
  await look;
  fill(target, shape.fragments);
  timer.release();
  if (passed > 0) return lookedMs - beginMs < keptMs ? passed : undefined;

  const descriptors = shape.fragments + 1;
  await eventually('both to arrive', () => target.rings.rx.count() === descriptors, { ends: [...endsOf(pair), other] });
  const tookMs = performance.now() - lookedMs;
  const [first] = packetsOf(target.rings.rx.consume(descriptors));
  if (first?.length === 1 && tookMs >= keptMs) return undefined;
  t.is(first?.length, shape.fragments);
  return passed;
}

interleaving('a small packet does not pass a large one that keeps its turn while somebody looks at that', async (t) => {
  let passed: number | undefined;
  for (let attempt = 0; passed === undefined && attempt < 20; attempt++) passed = await passWhoIsLookedAt(t);
  t.is(passed, 0);
});

interleaving('sendto() ends although its source has more to send each time it looks', async (t) => {
  const [batch, mostLooks] = [64, 8];
  await using pair = await openSleepingPair({
    sharedUmem: true,
    umem: { frameCount: 4096 },
    source: { txSize: 256, completionSize: 2048 },
    target: { rxSize: 2048, fillSize: 2048 },
  });
  const { source, target } = pair;
  using timer = holdAt('work', targetQueue);
  send(source, countFrom(0, 2 * batch));
  source.kick();
  fill(target, 1500);
  let held = holdAt('carry-claimed', flashId(source));
  const kick = watch(source.kickInThread());
  let looks = 0;

  for (; looks <= mostLooks; looks++) {
    await eventually('a look, or the end', () => held.isHeld() || kick.hasEnded(), { ends: endsOf(pair) });
    if (kick.hasEnded()) break;
    using looked = holdAt('carry-looked', flashId(source));
    held.release();
    await looked.held();
    held = holdAt('carry-claimed', flashId(source));
    send(source, countFrom(0, batch));
    looked.release();
  }

  held[Symbol.dispose]();
  timer[Symbol.dispose]();
  await kick.end;
  t.true(looks > 1 && looks <= mostLooks, `${looks} looks`);
});

interleaving('what sendto() was about to transmit when a route was set does not reach the wire', async (t) => {
  await using pair = await openSleepingPair({ sharedUmem: true, route: false });
  const { source, target, device } = pair;
  const before = await device.packetsOnWire();
  send(source, countFrom(0, 3));
  using xmit = holdAt('xmit');
  const kick = source.kickInThread();
  await xmit.held();

  setRoute(flashId(source), [flashId(target)]);
  xmit.release();
  await kick;
  fill(target, 8);

  t.deepEqual(await arrive(pair, 3), countFrom(0, 3));
  t.is(await device.packetsOnWire(), before);
  clearRoute(flashId(source));
});
