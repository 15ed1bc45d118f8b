import type { XdpSocket } from '../../ffi/socket-types.js';
import { join } from 'node:path';
import { pollEvent } from '../../ffi/libc.js';
import { sleepInPoll } from '../../ffi/sleeper.js';
import { holdAt } from '../../flash/hold.js';
import { flashDir, setRoute } from '../../flash/registry.js';
import { attempt, run } from '../../process/run.js';
import { interleaving, routeInThread, whileHeld } from './support/interleaving.js';
import { eventually } from './support/ring-state.js';
import { auditProblem } from './support/frame-audit.js';
import { waitForSleeper, waitForThread } from './support/sleepers.js';
import { exchange, fill, receive, reclaim, send } from './support/test-packets.js';
import { countFrom, endsOf, flashId, openMore, openPair, openSleepingPair } from './support/routed-pair.js';

/*
 *   a:0 [source] --next--> [target] a:1      a:2 [first] --next--> [second] a:3
 *
 * A route is about to be set. What that takes is not for others to wait for.
 */
interleaving(
  'who waits for memory for a route holds up nobody who opens a socket, closes one or sets another route',
  async (t) => {
    await using pair = await openPair({ sharedUmem: true, route: false });
    using memory = holdAt('route-alloc', flashId(pair.source));
    const writing = routeInThread(pair.source, [pair.target]);
    await memory.held();

    {
      using more = openMore(pair, [2, 3]);
      const [first, second] = more.sockets as [XdpSocket, XdpSocket];
      setRoute(flashId(first), [flashId(second)]);
    }
    // Throws if that has lasted longer than it is held.
    memory.release();

    t.is(await writing.end, 'ok');
    t.deepEqual(exchange(pair, 1), countFrom(0, 16));
  },
);

interleaving('a route that is replaced stays until the batch that goes by it has ended', async (t) => {
  await using pair = await openPair({ sharedUmem: false });
  const { source, target } = pair;
  using more = openMore(pair, [2]);
  const [heir] = more.sockets as [XdpSocket];
  // So that its rings are shared, and nothing else has to be waited for.
  for (const to of [heir, target]) setRoute(flashId(source), [flashId(to)]);
  fill(target, 8);
  fill(heir, 8);
  using borrowed = holdAt('move-borrowed', flashId(source));
  send(source, countFrom(0, 4));
  const kick = source.kickInThread();
  await borrowed.held();

  const replacing = routeInThread(source, [heir]);
  await waitForThread('who replaces the route to wait for the batch', /rcu/, replacing.hasEnded);
  const early = replacing.hasEnded();
  borrowed.release();

  await kick;
  t.is(await replacing.end, 'ok');
  t.false(early);
  t.deepEqual(receive(target), countFrom(0, 4));
  send(source, [4]);
  t.is(source.kick(), 'ok');
  t.deepEqual(receive(heir), [4]);
  t.is(auditProblem(source.umem), undefined);
});

interleaving('to clear a route takes no longer because its program keeps TX full', async (t) => {
  const [txSize, sent, batch, mostLooks] = [128, 64, 32, 8];
  await using pair = await openSleepingPair({ sharedUmem: true, source: { txSize } });
  const { source } = pair;
  send(source, countFrom(0, sent));
  let held = holdAt('xmit');
  const clearing = routeInThread(source, []);
  let looks = 0;

  for (; looks <= mostLooks; looks++) {
    await eventually('a look, or the end', () => held.isHeld() || clearing.hasEnded(), { ends: endsOf(pair) });
    if (clearing.hasEnded()) break;
    reclaim(source);
    send(source, countFrom(0, source.rings.tx.free()));
    const next = holdAt('xmit');
    held.release();
    held = next;
  }

  held[Symbol.dispose]();
  t.is(await clearing.end, 'ok');
  // What was added at the first look is for the program to kick.
  t.is(looks, sent / batch);
});

interleaving(
  'who sleeps until it may send wakes when its route is cleared, and not after its driver has sent',
  async (t) => {
    await using pair = await openSleepingPair({ sharedUmem: true });
    const { source } = pair;
    send(source, countFrom(0, 4));
    source.kick();
    await using sleeper = await sleepInPoll(source, pollEvent.out);
    t.is(sleeper.woken(), undefined);
    // For who clears it, and for who is awake and polls again: both send.
    using one = holdAt('xmit');
    using another = holdAt('xmit');
    const clearing = routeInThread(source, []);

    await whileHeld('the source to wake', () => one.isHeld() && another.isHeld(), endsOf(pair));

    one.release();
    another.release();
    t.is(await clearing.end, 'ok');
    await eventually('the source to be writeable', () => sleeper.woken() !== undefined, { ends: endsOf(pair) });
    t.is(sleeper.woken(), pollEvent.out);
  },
);

interleaving('what was kicked reaches the device also if who clears the route is killed meanwhile', async (t) => {
  await using pair = await openSleepingPair({ sharedUmem: true });
  const { source, target, device } = pair;
  const before = await device.packetsOnWire();
  fill(target, 8);
  using borrowed = holdAt('move-borrowed', flashId(source));
  send(source, [0]);
  const first = source.kickInThread();
  await borrowed.held();
  // It waits for who is held.
  const command = ['sh', '-c', `echo -1 > ${join(flashDir, String(flashId(source)), 'next')}`] as const;
  const [program, ...args] = command;
  const clearing = attempt(program, args);
  await waitForSleeper('the route to be cleared', /rcu|wait_for_completion/, command.join(' '));

  send(source, [1]);
  const outcome = source.kick();
  await run('pkill', ['--signal', 'KILL', '--full', '--exact', command.join(' ')]);
  borrowed.release();
  await Promise.all([first, clearing]);

  t.is(outcome, 'ok');
  t.deepEqual(receive(target), [0]);
  t.is(await device.packetsOnWire(), before + 1);
});
