import type { XdpSocket } from '../../ffi/socket-types.js';
import type { Umem } from '../../ffi/umem.js';
import { attachXskRedirect } from '../../ffi/xsk-redirect.js';
import { holdAt } from '../../flash/hold.js';
import { setRoute } from '../../flash/registry.js';
import { auditProblem } from './support/frame-audit.js';
import { interleaving, routeInThread, watch, whileHeld } from './support/interleaving.js';
import { eventually } from './support/ring-state.js';
import { countFrom, flashId, openListed, type ListedOptions } from './support/routed-pair.js';
import { waitForThread } from './support/sleepers.js';
import { fill, receive, reclaim, send } from './support/test-packets.js';
import { borrowDevice, createTestUmem } from './support/testbed.js';
import { makeVeth } from './support/veth.js';

/*
 *   b:0 [sender] ==wire==> a:0 [target] <--next-- [source] a:1
 *
 * Packets come from the wire while the rings of their socket become shared.
 */
interface Crossing extends AsyncDisposable {
  readonly umem: Umem;
  readonly sender: XdpSocket;
  readonly source: XdpSocket;
  readonly target: XdpSocket;
}

async function openCrossing(frames = 32, targetOptions: Partial<ListedOptions> = {}): Promise<Crossing> {
  const veth = await makeVeth();
  const { netns, a, b } = veth;
  const program = attachXskRedirect({ netns, ifname: a });
  const [umem, senderUmem] = [createTestUmem({ frameCount: 128 }), createTestUmem({ frameCount: 64 })];
  const target = openListed({ netns, ifname: a, queue: 0, umem, ...targetOptions });
  const source = openListed({ netns, ifname: a, queue: 1, umem });
  const sender = openListed({ netns, ifname: b, queue: 0, umem: senderUmem });
  program.setSocket(0, target.fd);
  fill(target, frames);
  return {
    ...{ umem, sender, source, target },
    async [Symbol.asyncDispose]() {
      for (const each of [sender, source, target, senderUmem, umem]) each.close();
      program[Symbol.dispose]();
      await veth[Symbol.asyncDispose]();
    },
  };
}

const endsOf = ({ sender, source, target }: Crossing): XdpSocket[] => [sender, source, target];

/** Sends numbered packets over the wire, in a thread that may be held on their way up the other side. */
function cross({ sender }: Crossing, numbers: readonly number[]): Promise<number> {
  send(sender, numbers);
  return sender.kickInThread();
}

/** Waits until packets lie on RX, without taking them. */
function lie(crossing: Crossing, count: number): Promise<void> {
  const { rx } = crossing.target.rings;
  return eventually(`${count} packets on RX`, () => rx.count() === count, { ends: endsOf(crossing) });
}

/** Redirects packets, and takes all that lie on RX by then. */
async function redirectAndTake(crossing: Crossing, numbers: readonly number[], lying: number): Promise<number[]> {
  const { source, target } = crossing;
  send(source, numbers);
  source.kick();
  await lie(crossing, lying + numbers.length);
  return receive(target);
}

interleaving('a driver in the middle of a batch when its RX ring becomes shared loses nothing', async (t) => {
  await using crossing = await openCrossing();
  const { source, target, umem } = crossing;
  using plain = holdAt('rx-plain');
  const crossed = cross(crossing, [0, 1, 2]);
  await plain.held();

  const writing = routeInThread(source, [target]);
  await waitForThread('the writer to wait for the driver, or not to have to', /rcu/, writing.hasEnded);
  const early = writing.hasEnded();
  plain.release();
  await crossed;
  await lie(crossing, 3);

  t.is(await writing.end, 'ok');
  t.false(early);
  t.deepEqual(await redirectAndTake(crossing, [3, 4], 3), [0, 1, 2, 3, 4]);
  t.is(auditProblem(umem), undefined);
});

const modes = [
  { point: 'enqueue-mode', ring: 'RX' },
  { point: 'dequeue-mode', ring: 'fill' },
] as const;

for (const { point, ring } of modes) {
  interleaving(
    `a driver that finds its ${ring} ring joining, and then shared when it has the lock, uses it as a shared one`,
    async (t) => {
      await using crossing = await openCrossing();
      const { source, target, umem } = crossing;
      using joined = holdAt('route-joined', flashId(source));
      const writing = routeInThread(source, [target]);
      await joined.held();
      using mode = holdAt(point);
      const crossed = cross(crossing, [0, 1]);
      await mode.held();

      joined.release();
      const outcome = await writing.end;
      mode.release();
      await crossed;
      await lie(crossing, 2);

      t.is(outcome, 'ok');
      t.is(auditProblem(umem), undefined);
      t.deepEqual(await redirectAndTake(crossing, [2, 3, 4], 2), [0, 1, 2, 3, 4]);
      t.is(auditProblem(umem), undefined);
    },
  );
}

interleaving('a driver uses a ring as a shared one only once that is ready', async (t) => {
  await using crossing = await openCrossing();
  const { source, target, umem } = crossing;
  await cross(crossing, [0, 1, 2]);
  await lie(crossing, 3);
  using share = holdAt('share-prod');
  const writing = routeInThread(source, [target]);
  await share.held();
  using mode = holdAt('enqueue-mode');
  const crossed = watch(cross(crossing, [3, 4]));
  await whileHeld('the driver to look at the mode', () => mode.isHeld() || crossed.hasEnded(), endsOf(crossing));

  share.release();
  mode[Symbol.dispose]();
  await crossed.end;

  t.is(await writing.end, 'ok');
  await lie(crossing, 5);
  t.deepEqual(await redirectAndTake(crossing, [5, 6], 5), countFrom(0, 7));
  t.is(auditProblem(umem), undefined);
});

interleaving(
  'what a driver finds no room for since a source took it is counted, and its frames carry others',
  async (t) => {
    const [room, dropped] = [4, 2];
    await using crossing = await openCrossing(room + dropped, { rxSize: room });
    const { sender, source, target } = crossing;
    using joined = holdAt('route-joined', flashId(source));
    const writing = routeInThread(source, [target]);
    await joined.held();
    using mode = holdAt('enqueue-mode');
    const crossed = cross(crossing, countFrom(0, dropped));
    await mode.held();
    joined.release();
    const outcome = await writing.end;
    send(source, countFrom(dropped, room));
    source.kick();
    await lie(crossing, room);
    mode.release();
    await crossed;
    const hasDropped = (): boolean => target.statistics().rx_ring_full === dropped;
    await eventually('the driver to drop what it has', hasDropped, { ends: endsOf(crossing) });

    t.is(outcome, 'ok');
    t.deepEqual(receive(target), countFrom(dropped, room));
    // All the frames there are were used once by now.
    reclaim(sender);
    await cross(crossing, countFrom(10, dropped));
    await lie(crossing, dropped);
    t.deepEqual(receive(target), countFrom(10, dropped));
  },
);

interleaving('a driver that looks for room while packets are redirected and taken drops nothing', async (t) => {
  await using crossing = await openCrossing();
  const { source, target, umem } = crossing;
  setRoute(flashId(source), [flashId(target)]);
  using head = holdAt('rx-head');
  const crossed = cross(crossing, [5]);
  await head.held();

  // The consumer is further now than the head that the driver has read.
  const taken = await redirectAndTake(crossing, countFrom(0, 5), 0);
  head.release();
  await crossed;
  const full = (): number => target.statistics().rx_ring_full;
  const isDone = (): boolean => target.rings.rx.count() + full() === 1;
  await eventually('the driver to deliver its packet, or to drop it', isDone, { ends: endsOf(crossing) });

  t.deepEqual(taken, countFrom(0, 5));
  t.is(full(), 0);
  t.deepEqual(receive(target), [5]);
  t.is(auditProblem(umem), undefined);
});

/*
 *   a:0 [first]  --next--.
 *                         [target] a:2
 *   a:1 [second] --next--'
 *   a:1 [beside], on the rings of second and for the wire
 */
interleaving('who waits to publish behind another source holds up nobody at its completion ring', async (t) => {
  await using device = await borrowDevice();
  using umem = createTestUmem({ frameCount: 128 });
  const here = { netns: device.netns, ifname: device.a, umem };
  using target = openListed({ ...here, queue: 2 });
  using first = openListed({ ...here, queue: 0 });
  using second = openListed({ ...here, queue: 1 });
  using beside = openListed({ ...here, queue: 1 });
  fill(target, 16);
  for (const source of [first, second]) setRoute(flashId(source), [flashId(target)]);
  send(beside, [2]);
  const before = await device.packetsOnWire();
  using reserved = holdAt('rx-reserved');
  send(first, [0]);
  const kicks = [first.kickInThread()];
  await reserved.held();
  using behind = holdAt('rx-reserved');
  send(second, [1]);
  kicks.push(second.kickInThread());
  await behind.held();
  behind.release();

  const transmitting = watch(beside.kickInThread());
  const hasTransmitted = (): boolean => transmitting.hasEnded() && second.rings.completion.count() === 2;
  await whileHeld('the neighbour to have transmitted', hasTransmitted, [target, first, second]);
  const published = target.rings.rx.count();
  reserved.release();
  await Promise.all(kicks);

  await eventually('both packets to arrive', () => target.rings.rx.count() === 2, { ends: [target, first, second] });
  t.is(published, 0);
  t.deepEqual(receive(target), [0, 1]);
  t.is(await device.packetsOnWire(), before + 1);
  t.is(auditProblem(umem), undefined);
});

/*
 *   a:0 [source] --next--> [target] a:1
 *   a:0 [beside], on the rings of source and for the wire
 */
interleaving('room on a completion ring that a neighbour takes during a redirect is not used twice', async (t) => {
  await using device = await borrowDevice();
  using umem = createTestUmem({ frameCount: 128 });
  const here = { netns: device.netns, ifname: device.a, umem };
  using target = openListed({ ...here, queue: 1 });
  using source = openListed({ ...here, queue: 0, completionSize: 4 });
  using beside = openListed({ ...here, queue: 0 });
  fill(target, 16);
  setRoute(flashId(source), [flashId(target)]);
  send(beside, [2, 3, 4]);
  using borrowed = holdAt('move-borrowed', flashId(source));
  send(source, [0, 1]);
  const kick = source.kickInThread();
  await borrowed.held();

  const transmitting = watch(beside.kickInThread());
  const hasTransmitted = (): boolean => transmitting.hasEnded() && source.rings.completion.count() === 3;
  await whileHeld('the neighbour to have transmitted', hasTransmitted, [target, source, beside]);
  const completed = source.rings.completion.peek();
  borrowed.release();
  await kick;

  t.is(target.rings.rx.count(), 0);
  t.deepEqual(source.rings.completion.peek(), completed);
  t.is(reclaim(source), 3);
  source.kick();
  await eventually('both packets to arrive', () => target.rings.rx.count() === 2, { ends: [target, source] });
  t.deepEqual(receive(target), [0, 1]);
  t.is(reclaim(source), 2);
  t.is(auditProblem(umem), undefined);
});

/*
 *   a:0 [source] --next--.
 *                         [target] a:2
 *   a:1 [faster] --next--'
 */
interleaving(
  'what another source puts on an RX ring during a redirect leaves the rest of the batch on TX',
  async (t) => {
    await using device = await borrowDevice();
    using umem = createTestUmem({ frameCount: 128 });
    const here = { netns: device.netns, ifname: device.a, umem };
    using target = openListed({ ...here, queue: 2, rxSize: 4 });
    using source = openListed({ ...here, queue: 0 });
    using faster = openListed({ ...here, queue: 1 });
    fill(target, 16);
    for (const each of [source, faster]) setRoute(flashId(each), [flashId(target)]);
    using borrowed = holdAt('move-borrowed', flashId(source));
    send(source, [0, 1]);
    const kick = source.kickInThread();
    await borrowed.held();

    send(faster, [2, 3, 4]);
    await faster.kickInThread();
    await eventually('the faster ones to arrive', () => target.rings.rx.count() === 3, { ends: [target, faster] });
    borrowed.release();
    await kick;

    const hasMoved = (): boolean => source.rings.completion.count() === 1 && source.rings.tx.count() === 1;
    await eventually('what there is room for to move', hasMoved, { ends: [target, source] });
    t.deepEqual(receive(target), [2, 3, 4, 0]);
    await eventually('the rest to arrive', () => target.rings.rx.count() === 1, { ends: [target, source, faster] });
    t.deepEqual(receive(target), [1]);
    for (const each of [source, faster]) reclaim(each);
    t.is(auditProblem(umem), undefined);
  },
);
