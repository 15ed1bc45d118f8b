import test, { type ExecutionContext } from 'ava';
import { preferBusyPolling } from '../../ffi/busy-poll.js';
import { setRoute } from '../../flash/registry.js';
import { changeQueues, removeProgram, replaceProgram, waitForLink } from './support/nic-testbed.js';
import { eventually } from './support/ring-state.js';
import { countFrom, endsOf, flashId, openListed, openSleepingPair } from './support/routed-pair.js';
import { fill, receive, send } from './support/test-packets.js';
import { borrowDevice, createTestUmem, testbed } from './support/testbed.js';
import { isInSoftirq, ofThisThread, tracedLines } from './support/traced.js';

/*
 * The queues of zero-copy sockets are closed as long as their device has no XDP program, and are opened
 * again, with another NAPI instance, when much of the device changes.
 */
function withoutProgram(t: ExecutionContext): void {
  removeProgram();
  t.teardown(async () => {
    replaceProgram();
    await waitForLink();
  });
}

test.serial('sockets on a device without an XDP program redirect, also if they prefer to be polled', async (t) => {
  const { netns, a: ifname } = await borrowDevice();
  withoutProgram(t);
  using umem = createTestUmem({ frameCount: 64 });
  using source = openListed({ netns, ifname, queue: 0, umem, settle: false });
  using target = openListed({ netns, ifname, queue: 1, umem, settle: false });
  preferBusyPolling(source);
  setRoute(flashId(source), [flashId(target)]);
  fill(target, 8);
  send(source, countFrom(0, 8));

  const outcome = source.kick();

  await eventually('the packets to arrive', () => target.rings.rx.count() === 8, { ends: [source, target] });
  t.is(outcome, 'ok');
  t.deepEqual(receive(target), countFrom(0, 8));
});

test.serial('recvfrom() of a target is not refused while its driver has closed the queue it waits for', async (t) => {
  const { netns, a: ifname } = await borrowDevice();
  using umem = createTestUmem({ frameCount: 64 });
  using source = openListed({ netns, ifname, queue: 0, umem, settle: false });
  using target = openListed({ netns, ifname, queue: 1, umem, settle: false });
  setRoute(flashId(source), [flashId(target)]);
  await eventually(
    'the driver to ask for frames',
    () => {
      target.receive();
      return target.rings.fill.needsWakeup();
    },
    { ends: [target] },
  );
  withoutProgram(t);

  const outcome = target.receive();

  t.is(outcome, 'ok');
});

if (testbed.driverRedirects)
  test.serial(
    'a source that prefers to be polled wakes its driver if there is another NAPI instance now',
    async (t) => {
      const rounds = 20;
      await using pair = await openSleepingPair({ sharedUmem: true });
      const { source, target } = pair;
      preferBusyPolling(source);
      send(source, [0]);
      source.kick();
      await changeQueues(testbed.queues);
      await waitForLink();
      fill(target, rounds + 1);
      await eventually('the first packet to arrive', () => target.rings.rx.count() === 1, { ends: endsOf(pair) });

      const events = await tracedLines('flash_redirect', async () => {
        for (let round = 2; round <= rounds + 1; round++) {
          send(source, [round]);
          source.kick();
          await eventually('another one to arrive', () => target.rings.rx.count() === round, { ends: endsOf(pair) });
        }
      });

      // By a poll in an interrupt, or in the call itself if it found the instance; not by the work, some time later.
      const inPolls = events.filter(isInSoftirq).length + ofThisThread(events).length;
      t.true(inPolls > rounds / 2, `${inPolls} of ${events.length} in polls`);
    },
  );
