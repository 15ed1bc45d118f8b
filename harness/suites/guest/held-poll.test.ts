import { message, pollEvent } from '../../ffi/libc.js';
import { sleepInPoll } from '../../ffi/sleeper.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { holdAt } from '../../flash/hold.js';
import { setRoute } from '../../flash/registry.js';
import { interleaving, routeInThread, whileHeld } from './support/interleaving.js';
import { eventually } from './support/ring-state.js';
import { endsOf, flashId, openMore, openSleepingPair } from './support/routed-pair.js';
import { waitForThread } from './support/sleepers.js';
import { fill } from './support/test-packets.js';

/*
 *   a:0 [source] --next--> [target] a:1 or a:2
 *
 * A source is about to sleep until it may write, and what it sleeps for comes just then.
 */
const [targetQueue, otherQueue] = [1, 2];
const enoughFrames = 32;

/** Where poll() is held. Who changes the route waits for it in the one, not in the other. */
const points = [
  { point: 'poll-routed', where: 'after poll() has looked whether there is one', waitsForPoll: true },
  { point: 'poll-done', where: 'after poll() has found no room', waitsForPoll: false },
] as const;

const changes: readonly { readonly change: string; readonly to: (second: XdpSocket) => readonly XdpSocket[] }[] = [
  { change: 'replaced by one with room', to: (second) => [second] },
  { change: 'cleared', to: () => [] },
];

for (const { change, to } of changes) {
  for (const { point, where, waitsForPoll } of points) {
    interleaving(`a source is woken whose route is ${change} ${where}`, async (t) => {
      await using pair = await openSleepingPair({ sharedUmem: true });
      using more = openMore(pair, [2]);
      const [second] = more.sockets as [XdpSocket];
      fill(second, enoughFrames);
      using hold = holdAt(point);
      const asleep = sleepInPoll(pair.source, pollEvent.out);
      await hold.held();

      const writing = routeInThread(pair.source, to(second));
      if (waitsForPoll) await waitForThread('the writer to wait for poll()', /rcu/, writing.hasEnded);
      else await writing.end;
      hold.release();
      await using sleeper = await asleep;

      await eventually('the source to wake', () => sleeper.woken() !== undefined, { ends: [pair.source, second] });
      t.is(await writing.end, 'ok');
      t.is(sleeper.woken(), pollEvent.out);
    });
  }
}

interleaving(
  'a source that gets room between its look and its sleep does not fall asleep, without a call or the timer',
  async (t) => {
    await using pair = await openSleepingPair({ sharedUmem: true });
    using work = holdAt('work', targetQueue);
    using noRoom = holdAt('poll-no-room', flashId(pair.source));
    const asleep = sleepInPoll(pair.source, pollEvent.out);
    await noRoom.held();

    fill(pair.target, enoughFrames);
    noRoom.release();
    await using sleeper = await asleep;

    await whileHeld('the source to wake', () => sleeper.woken() !== undefined, endsOf(pair));
    t.is(sleeper.woken(), pollEvent.out);
    work[Symbol.dispose]();
  },
);

interleaving('a source that falls asleep just when the timer has found it awake is woken', async (t) => {
  await using pair = await openSleepingPair({ sharedUmem: true });
  const { source, target } = pair;
  const first = await sleepInPoll(source, pollEvent.out);
  using awake = holdAt('sleeper-awake', flashId(source));
  await first[Symbol.asyncDispose]();
  await awake.held();
  using sleeps = holdAt('room-sleeps', flashId(source));
  const asleep = sleepInPoll(source, pollEvent.out);
  await sleeps.held();

  awake.release();
  sleeps.release();
  await using sleeper = await asleep;
  const before = sleeper.woken();
  fill(target, enoughFrames);
  target.receive(message.more);

  await eventually('the source to wake', () => sleeper.woken() !== undefined, { ends: endsOf(pair) });
  t.is(before, undefined);
  t.is(sleeper.woken(), pollEvent.out);
});

interleaving(
  'a source that falls asleep just when the timer of one target has found it awake is woken by room at another',
  async (t) => {
    await using pair = await openSleepingPair({ sharedUmem: true });
    const { source, target } = pair;
    using more = openMore(pair, [otherQueue]);
    const [other] = more.sockets as [XdpSocket];
    setRoute(flashId(source), [other, target].map(flashId));
    using otherTimer = holdAt('work', otherQueue);
    const first = await sleepInPoll(source, pollEvent.out);
    using awake = holdAt('sleeper-awake', flashId(source));
    await first[Symbol.asyncDispose]();
    await awake.held();

    // By now it is on the list of the other pool, and on its way to that of the target.
    using sleeps = holdAt('hop-sleeps', flashId(target));
    const asleep = sleepInPoll(source, pollEvent.out);
    await sleeps.held();
    using seen = holdAt('sleeper-seen', flashId(source));
    awake.release();
    await seen.held();
    otherTimer.release();
    await whileHeld('the other pool to forget the source', () => !other.rings.fill.needsWakeup(), [source, other]);
    seen.release();
    sleeps.release();

    await using sleeper = await asleep;
    fill(other, enoughFrames);
    other.receive(message.more);
    await eventually('the source to wake', () => sleeper.woken() !== undefined, { ends: [source, other] });
    t.is(sleeper.woken(), pollEvent.out);
  },
);
