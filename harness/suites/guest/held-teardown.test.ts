import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { message, pollEvent } from '../../ffi/libc.js';
import { sleepInPoll } from '../../ffi/sleeper.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { holdAt } from '../../flash/hold.js';
import { flashDir, listIds, readStats, setRoute } from '../../flash/registry.js';
import { waitUntil } from '../../process/wait-until.js';
import { auditProblem } from './support/frame-audit.js';
import { interleaving, routeInThread, watch } from './support/interleaving.js';
import { eventually } from './support/ring-state.js';
import { countFrom, flashId, openListed, openMore, openPair, openSleepingPair } from './support/routed-pair.js';
import { sleepers, waitForThread } from './support/sleepers.js';
import { exchange, fill, receive, reclaim, send } from './support/test-packets.js';
import { createTestUmem } from './support/testbed.js';

/*
 *   a:0 [source] --next--> [target] a:1, [other] a:2
 *
 * A socket closes while somebody is in the middle of something that concerns it.
 */
const targetQueue = 1;
const other = 1 << 16;
const large = 512;

interleaving(
  'a target that closes in the middle of a batch to it waits for the end, and no frame of the source is lost',
  async (t) => {
    await using pair = await openPair({ sharedUmem: false });
    const { source, target } = pair;
    fill(target, 8);
    using borrowed = holdAt('move-borrowed', flashId(source));
    send(source, countFrom(0, 4));
    const kick = source.kickInThread();
    await borrowed.held();

    const closing = watch(target.closeInThread());
    await waitForThread('the target to wait for the batch', /rcu/, closing.hasEnded);
    const early = closing.hasEnded();
    borrowed.release();
    await Promise.all([kick, closing.end]);

    t.false(early);
    t.is(reclaim(source), 4);
    t.is(auditProblem(source.umem), undefined);
  },
);

interleaving('a packet whose last target closes while its batch is on its way waits for another route', async (t) => {
  await using pair = await openPair({ sharedUmem: false, route: false });
  const { source, target } = pair;
  using more = openMore(pair, [2]);
  const [heir] = more.sockets as [XdpSocket];
  setRoute(flashId(source), [target, target].map(flashId));
  fill(target, 8);
  fill(heir, 8);
  using borrowed = holdAt('move-borrowed', flashId(source));
  // What is for the second index ends the run that is moved first: the third packet is looked at after that.
  send(source, [0, 1, 2], { options: (number) => (number % 2) * other });
  const kick = source.kickInThread();
  await borrowed.held();

  const closing = watch(target.closeInThread());
  await waitForThread('the target to wait for the batch', /rcu/, closing.hasEnded);
  borrowed.release();
  await Promise.all([kick, closing.end]);
  const waiting = source.rings.tx.count();
  setRoute(flashId(source), [flashId(heir)]);
  await eventually('TX to be empty', () => source.rings.tx.count() === 0, { ends: [source, heir] });

  t.is(waiting, 1);
  t.deepEqual(receive(heir), [2]);
  t.is(readStats(flashId(source))['drop_no_target'], 0);
  t.is(reclaim(source), 3);
  t.is(auditProblem(source.umem), undefined);
});

const atTarget = [
  { point: 'carry-stalled', does: 'finds no room at a target that closes before it waits there' },
  { point: 'serve-turn', does: 'has its turn at a target that closes meanwhile' },
] as const;

for (const { point, does } of atTarget) {
  interleaving(`a source that ${does} goes on with what is for others`, async (t) => {
    const sizes = { rxSize: large, txSize: large, fillSize: large, completionSize: large };
    await using pair = await openSleepingPair({ sharedUmem: true, umem: { frameCount: 4 * large }, source: sizes });
    const { source, target } = pair;
    using more = openMore(pair, [2], sizes);
    const [second] = more.sockets as [XdpSocket];
    fill(second, large);
    setRoute(flashId(source), [target, second].map(flashId));
    using hold = holdAt(point, flashId(source));
    send(source, [0, 1], { options: (number) => number * other });
    const kick = source.kickInThread();
    await hold.held();

    const closing = watch(target.closeInThread());
    await waitForThread('the target to wait for the source', /rcu/, closing.hasEnded);
    const early = closing.hasEnded();
    hold.release();
    await Promise.all([kick, closing.end]);
    using heirUmem = createTestUmem({ frameCount: 64 });
    // Once its queue is free, its pool is gone.
    using _heir = openListed({ netns: pair.device.netns, ifname: pair.device.a, queue: targetQueue, umem: heirUmem });
    await eventually('TX to be empty', () => source.rings.tx.count() === 0, { ends: [source, second] });
    reclaim(source);
    // More than a call moves by itself.
    send(source, countFrom(2, 400), { options: () => other });
    source.kick();
    const hasArrived = (): boolean => second.rings.rx.count() === 401;
    await eventually('what is for the other target to arrive', hasArrived, { ends: [source, second] });

    t.false(early);
    t.is(readStats(flashId(source))['drop_no_target'], 1);
    t.deepEqual(receive(second), countFrom(1, 401));
    t.is(auditProblem(source.umem), undefined);
  });
}

interleaving(
  'a source that closes while the timer finds no room for it leaves nothing behind at its target',
  async (t) => {
    await using pair = await openSleepingPair({ sharedUmem: true });
    const { source, target } = pair;
    using more = openMore(pair, [2]);
    const [second] = more.sockets as [XdpSocket];
    send(source, [0]);
    source.kick();
    using stalled = holdAt('carry-stalled', flashId(source));
    await stalled.held();
    using work = holdAt('work', targetQueue);

    const closing = watch(source.closeInThread());
    await waitForThread('the source to wait for the timer', /rcu/, closing.hasEnded);
    const early = closing.hasEnded();
    stalled.release();
    await closing.end;
    const asks = target.rings.fill.needsWakeup();
    work[Symbol.dispose]();
    setRoute(flashId(second), [flashId(target)]);

    t.false(early);
    t.false(asks);
    t.deepEqual(exchange({ source: second, target }, 4), countFrom(0, 64));
  },
);

interleaving('a pool waits for its timer before it is freed', async (t) => {
  await using pair = await openSleepingPair({ sharedUmem: false });
  using umem = createTestUmem({ frameCount: 64 });
  using second = openListed({ netns: pair.device.netns, ifname: pair.device.a, queue: 2, umem });
  send(pair.source, [0]);
  using work = holdAt('work', targetQueue);
  pair.source.kick();
  await work.held();

  await pair.target.closeInThread();
  setRoute(flashId(pair.source), [flashId(second)]);
  const waitsForTimer = (): boolean => sleepers().some((name) => /flush_work|cancel_.*work/.test(name));
  await waitUntil(waitsForTimer, {
    what: 'the pool to wait for its timer',
    deadlineMs: 5000,
    intervalMs: 5,
    lastState: sleepers,
  });
  work.release();
  fill(second, 8);

  await eventually('the packet to arrive', () => second.rings.rx.count() === 1, { ends: [pair.source, second] });
  t.deepEqual(receive(second), [0]);
});

interleaving(
  "who reads the counters of a socket that closes reads them to the end, and its id is nobody else's until then",
  async (t) => {
    await using pair = await openPair({ sharedUmem: true });
    const id = flashId(pair.target);
    using bound = holdAt('stats-bound', id);
    const reading = readFile(join(flashDir, String(id), 'stats'), 'utf8');
    await bound.held();

    const closing = watch(pair.target.closeInThread());
    await waitForThread('the socket to wait for its reader', /kernfs/, closing.hasEnded);
    const early = closing.hasEnded();
    using more = openMore(pair, [2]);
    const heirs = more.sockets.map(flashId);
    bound.release();
    await closing.end;

    t.false(early);
    t.regex(await reading, /^redirected 0$/m);
    t.false(heirs.includes(id));
    t.false(listIds().includes(id));
  },
);

interleaving('a target that closes is not freed while a writer who found it looks at it', async (t) => {
  await using pair = await openPair({ sharedUmem: true, route: false });
  using detached = holdAt('release-detached', flashId(pair.target));
  const closing = watch(pair.target.closeInThread());
  await detached.held();
  using found = holdAt('route-found', flashId(pair.source));
  const writing = routeInThread(pair.source, [pair.target]);
  await found.held();

  detached.release();
  await waitForThread('the target to wait for the writer', /xsk_flash_unregister|mutex/, closing.hasEnded);
  const early = closing.hasEnded();
  found.release();

  t.is(await writing.end, 'ENXIO');
  await closing.end;
  t.false(early);
});

interleaving('a target that closes while the route to it is being replaced is not looked at any more', async (t) => {
  await using pair = await openSleepingPair({ sharedUmem: true });
  const { source, target } = pair;
  using more = openMore(pair, [targetQueue, 2]);
  const [neighbour, second] = more.sockets as [XdpSocket, XdpSocket];
  await using sleeper = await sleepInPoll(source, pollEvent.out);
  using replaced = holdAt('route-replaced', flashId(source));
  const writing = routeInThread(source, [second]);
  await replaced.held();

  await target.closeInThread();
  // Of the target's pool, so it serves who waits there.
  neighbour.receive(message.more);
  fill(second, 32);
  replaced.release();

  t.is(await writing.end, 'ok');
  await eventually('the source to wake', () => sleeper.woken() !== undefined, { ends: [source, second] });
  t.is(sleeper.woken(), pollEvent.out);
});
