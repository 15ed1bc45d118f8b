import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { message, pollEvent } from '../../ffi/libc.js';
import { sleepInPoll, type Sleeper } from '../../ffi/sleeper.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { attachXskRedirect } from '../../ffi/xsk-redirect.js';
import { HeldTooLong, holdAt, type Hold } from '../../flash/hold.js';
import { readStats, setRoute } from '../../flash/registry.js';
import { waitUntil } from '../../process/wait-until.js';
import { interleaving, whileHeld } from './support/interleaving.js';
import { programOfA } from './support/nic-testbed.js';
import { preparePorts } from './support/on-both-ports.js';
import { eventually, idleMs } from './support/ring-state.js';
import { countFrom, flashId, openListed, openMore, openSleepingPair } from './support/routed-pair.js';
import { fill, reclaim, send } from './support/test-packets.js';
import { borrowDevice, createTestUmem, testbed } from './support/testbed.js';
import { writeUdp } from './support/udp-packets.js';

/*
 *   b:3 [outside] ==wire==> a:0 [target] <-- a:1 [source]
 *                              [other] a:2 <-- a:1 [beside]
 *
 * A driver looks for frames while a redirect has all of them in hand. The redirect then finds the completion ring
 * full, because of the socket beside its source, and gives them back.
 */
const [targetQueue, sourceQueue, otherQueue, outsideQueue] = [0, 1, 2, 3];
const completionSize = 64;
const { driverFrames } = testbed;

interface Scene {
  readonly source: XdpSocket;
  readonly target: XdpSocket;
  readonly outside: XdpSocket;
  /** Has a redirect take all frames of the target, which it has in hand from then on. Returns how many. */
  readonly borrow: () => Promise<number>;
  /** Has it give all of them back. */
  readonly giveBack: () => Promise<void>;
}

/** `settle` gives the driver its frames beforehand. */
async function onScene({ settle }: { settle: boolean }, run: (scene: Scene) => Promise<boolean>): Promise<boolean> {
  const { netns } = await borrowDevice();
  using _atB = attachXskRedirect({ netns, ifname: 'b' });
  await preparePorts(netns, 1);
  using outsideUmem = createTestUmem({ frameCount: 512 });
  using outside = openListed({ netns, ifname: 'b', queue: outsideQueue, umem: outsideUmem, busyPoll: false });
  await using pair = await openSleepingPair({
    sharedUmem: true,
    umem: { frameCount: 512 },
    source: { queue: sourceQueue, completionSize },
    target: { queue: targetQueue, rxSize: 512, settle },
  });
  const { source, target } = pair;
  programOfA().setSocket(targetQueue, target.fd);
  using more = openMore(pair, [sourceQueue, otherQueue], { fillSize: 256 });
  const [beside, other] = more.sockets as [XdpSocket, XdpSocket];
  setRoute(flashId(beside), [flashId(other)]);
  fill(other, 2 * completionSize);

  const counts = (stall: string) => (): boolean => readStats(flashId(source))[stall] !== 0;
  let borrowed: Hold | undefined;
  let kick: Promise<unknown> | undefined;
  const scene = {
    ...{ source, target, outside },
    async borrow() {
      // It waits at the pool of the target, where a call gives it its turn: in a poll, who is held may hold up this thread.
      using timer = holdAt('work', targetQueue);
      send(source, countFrom(0, driverFrames));
      source.kick();
      await eventually('the source to wait for frames', counts('stall_fill_empty'), { ends: [source] });
      await timer.held();
      // The driver may have left some on the fill ring.
      reclaim(source);
      const lent = source.rings.tx.count();
      borrowed = holdAt('move-borrowed', flashId(source));
      fill(target, lent);
      kick = source.kickInThread();
      await borrowed.held();
      timer.release();
      await delay(idleMs);
      return lent;
    },
    async giveBack() {
      // Both have one completion ring, which is to be full of what is sent here.
      reclaim(source);
      send(beside, countFrom(0, completionSize));
      beside.kick();
      const isFull = (): boolean => {
        beside.receive(message.more);
        return other.rings.rx.count() === completionSize;
      };
      await whileHeld('the completion ring to be full', isFull, [beside, other]);
      borrowed?.release();
      await eventually('the source to wait for completions', counts('stall_cq_full'), { ends: [source] });
    },
  };
  try {
    return await run(scene);
  } finally {
    borrowed?.[Symbol.dispose]();
    await kick;
  }
}

function sendFrom(outside: XdpSocket, count: number): void {
  reclaim(outside);
  const most = Math.min(count, outside.rings.tx.free());
  outside.rings.tx.produce(countFrom(0, most).map((number) => writeUdp(outside.umem, 0, number)));
  outside.kick();
}

/** Sends until the target is awake. */
async function wakesByWire({ source, target, outside }: Scene, sleeper: Sleeper): Promise<void> {
  const wakes = (): boolean => {
    sendFrom(outside, 1);
    return sleeper.woken() !== undefined;
  };
  await eventually('the target to wake', wakes, { ends: [source, target, outside] });
}

const lookMs = 2000;
const mostAttempts = 5;

/** Whether something comes about in a while: the driver may be interrupted on the processor that is held. */
async function inTime(condition: () => boolean): Promise<boolean> {
  const came = waitUntil(condition, { what: 'the driver', deadlineMs: lookMs, intervalMs: 2 });
  return await came.then(
    () => true,
    () => false,
  );
}

/** Whether the order of things came about in one of several attempts. */
async function comesAbout(attempt: () => Promise<boolean>): Promise<boolean> {
  for (let left = mostAttempts; left > 0; left--) {
    try {
      if (await attempt()) return true;
    } catch (error) {
      if (!(error instanceof HeldTooLong)) throw error;
    }
  }
  return false;
}

/** Returns whether its driver looked while the redirect was held. */
function looksInVain(t: ExecutionContext): Promise<boolean> {
  return onScene({ settle: false }, async (scene) => {
    const { source, target, borrow, giveBack } = scene;
    const looks = (): number => target.statistics().rx_fill_ring_empty_descs;
    await borrow();
    const before = looks();
    await using sleeper = await sleepInPoll(target, pollEvent.in);
    const looked = await inTime(() => looks() > before);
    const woken = sleeper.woken();
    await giveBack();
    if (!looked) return false;

    await wakesByWire(scene, sleeper);

    t.is(woken, undefined);
    t.is(source.rings.tx.count(), driverFrames);
    return true;
  });
}

/** Returns whether its driver found no frames while the redirect was held, and asked for a call when that had given them back. */
function asksLate(t: ExecutionContext): Promise<boolean> {
  return onScene({ settle: true }, async ({ source, target, outside, borrow, giveBack }) => {
    const stashed = (): number | undefined => readStats(flashId(target))['stashed'];
    const { rx } = target.rings;
    const lent = await borrow();
    const before = rx.count();
    using asks = holdAt('fill-asks', targetQueue);
    for (let sent = 1; !asks.isHeld() && sent <= driverFrames; sent++) {
      sendFrom(outside, 1);
      // One at a time: the driver is to have nothing more to look at after it has asked.
      await inTime(() => rx.count() >= before + sent || asks.isHeld());
    }
    const asked = asks.isHeld();
    await giveBack();
    const given = stashed() === lent;
    if (!asked || !given || !asks.isHeld()) return false;
    // The source would try again and again, give the frames back each time, and see that the driver has asked.
    using _retry = holdAt('work', sourceQueue);
    // Drivers look now and then by themselves; the pool's work is to have this one look.
    using look = holdAt('work', targetQueue);
    asks.release();
    await look.held();
    look.release();

    const ends = [source, target, outside];
    await eventually('the driver to take frames', () => (stashed() ?? 0) < lent, { ends });
    t.is(source.rings.tx.count(), lent);
    return true;
  });
}

if (testbed.hasPeer) {
  interleaving('a driver that asks for a call when its frames are back already gets them', async (t) => {
    t.true(await comesAbout(() => asksLate(t)));
  });

  interleaving(
    'a target asleep gets what comes by wire after a redirect gave back the frames its driver looked for',
    async (t) => {
      t.true(await comesAbout(() => looksInVain(t)));
    },
  );
}
