import test from 'ava';
import { attemptIn } from '../../host/netns.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { attachXskRedirect } from '../../ffi/xsk-redirect.js';
import { clearRoute, readAttribute, setRoute } from '../../flash/registry.js';
import { hardwareRings, setHardwareRings } from '../../nics/guest-ports.js';
import type { Device } from './support/device.js';
import { auditProblem, auditProblems } from './support/frame-audit.js';
import { setLink } from './support/link.js';
import { changeQueues, driverOfA, few, nics, replaceProgram, useQueues, waitForLink } from './support/nic-testbed.js';
import { eventually } from './support/ring-state.js';
import { countFrom, flashId, openListed, openPair } from './support/routed-pair.js';
import { exchange, fill, receive, reclaim, send } from './support/test-packets.js';
import { borrowDevice, createTestUmem, testbed } from './support/testbed.js';
import { onModels } from './support/on-models.js';
import { isInSoftirq, ofThisThread, tracedLines, type TracedEvent } from './support/traced.js';
import { comeToRest, during, emptied, openEnd, pull, push, redirected } from './support/traffic-ends.js';
import { recycle } from './support/socket-row.js';
import { onBothPorts } from './support/on-both-ports.js';

/*
 * What a redirect has to do with the NIC it does not go to: its rings, its link, its life.
 */
const wire = () => nics().wire(0);

/** Kicks until everything that was sent has left TX and come back. */
async function finish(sockets: readonly XdpSocket[], frames: number): Promise<void> {
  const [first] = sockets as [XdpSocket];
  await during(
    () => {
      for (const socket of sockets) socket.kick();
      reclaim(first);
    },
    () => first.umem.freeFrames.length >= frames,
    'all frames to come back',
  );
}

const takesNoMoreMs = 300;

/** Sends to a wire that holds its packets until nothing more is taken: it is full, and so are the hardware ring and TX. */
async function fillWire(sender: XdpSocket): Promise<{ readonly sent: number; readonly inHardware: number }> {
  const { umem, rings } = sender;
  const free = umem.freeFrames.length;
  let [sent, progressMs] = [0, Date.now()];
  await during(
    () => {
      const pushed = push(sender);
      sent += pushed;
      if (pushed > 0) progressMs = Date.now();
    },
    () => Date.now() - progressMs > takesNoMoreMs,
    'the wire to take no more',
  );
  return { sent, inHardware: free - umem.freeFrames.length - rings.tx.count() - rings.completion.count() };
}

test.serial.afterEach.always('the wire is as it was', async () => {
  if (testbed.controlsWire) {
    await wire().go();
    await wire().up();
  }
  await waitForLink();
});

onModels(
  'a hardware ring that is full holds up who sends to the wire, and not a redirect from the same queue',
  async (t) => {
    // The completion ring they share is large, or it would be that which is full.
    await using pair = await openPair({ sharedUmem: true, umem: { frameCount: 512 }, source: { completionSize: 512 } });
    using sender = openListed({ netns: pair.device.netns, ifname: pair.device.a, queue: 0, umem: pair.source.umem });
    const free = pair.source.umem.freeFrames.length;
    const before = await pair.device.packetsOnWire();
    await wire().hold();
    const { sent, inHardware } = await fillWire(sender);

    const received = exchange(pair, 20);
    const stuck = sender.rings.tx.count();
    const frames = free - pair.target.rings.fill.count();
    await wire().go();
    await finish([pair.source, sender], frames);

    t.is(inHardware, (await hardwareRings(pair.device.netns, pair.device.a)).tx.frames);
    t.is(stuck, sender.rings.tx.size);
    t.deepEqual(received, countFrom(0, 320));
    t.is((await pair.device.packetsOnWire()) - before, sent);
    t.deepEqual(auditProblems([pair.source.umem]), []);
  },
);

test.serial('everything that a socket sends gets to the wire, also more than the hardware ring holds', async (t) => {
  const packets = 256;
  const device = await borrowDevice();
  using umem = createTestUmem({ frameCount: packets });
  using sender = openListed({
    ...{ netns: device.netns, ifname: device.a, queue: 0, umem, busyPoll: false },
    ...{ txSize: packets, completionSize: packets },
  });
  const free = umem.freeFrames.length;
  const before = await device.packetsOnWire();

  for (let round = 1; round <= 3; round++) {
    send(sender, countFrom(0, packets));
    sender.kick();
    await finish([sender], free);

    t.is((await device.packetsOnWire()) - before, round * packets);
  }
  t.deepEqual(auditProblems([umem]), []);
});

onModels('a route that is set and cleared while frames are on their way to the wire loses none of them', async (t) => {
  await using pair = await openPair({ sharedUmem: true, route: false });
  const { source, target, device } = pair;
  const free = source.umem.freeFrames.length;
  const before = await device.packetsOnWire();
  let delivered = 0;

  for (let round = 0; round < 10; round++) {
    await wire().hold();
    send(source, countFrom(0, 20));
    source.kick();
    // What the driver has not taken by then goes to the target.
    await eventually('the driver to have all of it', () => source.rings.tx.count() === 0, { ends: [source, target] });
    setRoute(flashId(source), [flashId(target)]);
    fill(target, 32 - target.rings.fill.count());
    send(source, countFrom(20, 20));
    source.kick();
    delivered += receive(target).length;
    clearRoute(flashId(source));
    send(source, countFrom(40, 4));
    source.kick();
    await wire().go();
    await finish([source], free - target.rings.fill.count());
  }

  t.is(delivered, 10 * 20);
  t.is((await device.packetsOnWire()) - before, 10 * 24);
  t.is(auditProblem(source.umem), undefined);
});

onModels('a link that is lost stops no redirect, and nothing waits for it', async (t) => {
  await using pair = await openPair({ sharedUmem: false });
  await wire().down();
  await waitForLink(false);

  const received = exchange(pair, 20);

  t.deepEqual(received, countFrom(0, 320));
  t.deepEqual(auditProblems([pair.source.umem, pair.target.umem]), []);
});

/** What keeps a driver from sending. */
const obstacles: readonly { readonly title: string; readonly begin: (sender: XdpSocket) => Promise<unknown> }[] = [
  {
    title: 'while the hardware ring is full',
    async begin(sender) {
      await wire().hold();
      await fillWire(sender);
    },
  },
  {
    title: 'without a link',
    async begin() {
      await wire().down();
      await waitForLink(false);
    },
  },
];

/** Many times what the kernel's work moves before a driver is polled, however late its interrupt is. */
const manyPackets = 4096;
const mostRounds = 5;

/** Kicks once for far more than a poll moves, beside a socket whose packets the driver cannot send. Returns the redirects. */
async function redirectsDespite(begin: (sender: XdpSocket) => Promise<unknown>): Promise<readonly TracedEvent[]> {
  // All the target ever needs is there: who waits for it could be served by the polls of its own queue.
  await using pair = await openPair({
    sharedUmem: true,
    umem: { frameCount: 2 * manyPackets + 512 },
    source: { txSize: manyPackets, completionSize: 2 * manyPackets, busyPoll: false },
    target: { rxSize: manyPackets, fillSize: 2 * manyPackets, busyPoll: false },
  });
  const { source, target, device } = pair;
  using sender = openListed({ netns: device.netns, ifname: device.a, queue: 0, umem: source.umem });
  const free = source.umem.freeFrames.length;
  await begin(sender);
  fill(target, manyPackets);

  const events = await tracedLines('flash_redirect', async () => {
    // A driver that polls on and on does not wait for the kick.
    send(source, countFrom(0, manyPackets));
    source.kick();
    await eventually('all of them to arrive', () => target.rings.rx.count() === manyPackets, {
      ends: [source, target],
    });
  });

  receive(target);
  await wire().go();
  await wire().up();
  await waitForLink();
  await finish([source, sender], free);
  return events;
}

for (const { title, begin } of obstacles)
  onModels(`a kick has packets redirected ${title}, and not only by the kernel's timer`, async (t) => {
    const atOnce: TracedEvent[] = [];
    let all = 0;
    for (let round = 0; round < mostRounds && atOnce.length === 0; round++) {
      const events = await redirectsDespite(begin);
      all += events.length;
      // Where the driver redirects, or in the call that kicks: a driver that cannot be woken leaves it to that.
      atOnce.push(...events.filter(isInSoftirq), ...ofThisThread(events));
    }

    t.true(atOnce.length > 0, `none of ${all} redirects in ${mostRounds} rounds`);
  });

/** What takes the rings of the driver down and up again. */
const changes: readonly { readonly title: string; readonly change: (device: Device) => Promise<unknown> }[] = [
  {
    title: 'hardware rings of another size, if the driver has them changed under sockets',
    change: async ({ netns }) => {
      const { exitCode, stderr } = await attemptIn(netns, 'ethtool', ['-G', 'a', 'rx', '128', 'tx', '256']);
      if (exitCode !== 0 && /busy/.test(stderr)) return;
      await setHardwareRings(netns, 'a');
    },
  },
  {
    title: 'another number of queues',
    change: () => changeQueues(testbed.queues),
  },
  { title: 'an XDP program that goes and another that comes', change: async () => replaceProgram() },
  {
    title: 'a device that goes down and up',
    change: async (device) => {
      await setLink(device, device.a, 'down');
      await setLink(device, device.a, 'up');
    },
  },
];

for (const { title, change } of changes) {
  test.serial(`packets keep coming, and no frame is lost, over ${title}`, async (t) => {
    const device = await borrowDevice();
    // A socket that busy-polls keeps to the NAPI instance it met first, and some changes make new ones.
    using source = openEnd(device, 0, { busyPoll: false });
    using target = openEnd(device, 1, { busyPoll: false });
    const id = flashId(source);
    recycle(target, 32);
    setRoute(id, [flashId(target)]);
    const before = await device.packetsOnWire();
    const work = (): void => {
      push(source);
      pull(target);
    };
    await during(work, () => redirected(id) > 500, 'packets before');

    let over = false;
    const changing = change(device).finally(() => (over = true));
    await Promise.all([changing, during(work, () => over, 'the change')]);
    const at = redirected(id);
    await during(work, () => redirected(id) > at + 500, 'packets after');
    await comeToRest(source, target);
    await waitForLink();

    t.is(await device.packetsOnWire(), before);
    t.deepEqual(
      [source, target].map(({ umem }) => auditProblem(umem)),
      [undefined, undefined],
    );
  });
}

onBothPorts(
  'a driver that is unbound under load takes its sockets off their routes, and bound again it carries new ones',
  async (t) => {
    const device = await borrowDevice();
    using _atB = attachXskRedirect({ netns: device.netns, ifname: 'b' });
    using source = openEnd({ ...device, a: 'b' }, 0, { busyPoll: false });
    const id = flashId(source);
    const driver = await driverOfA();

    for (let round = 0; round < 2; round++) {
      using target = openEnd(device, 0, { busyPoll: false });
      recycle(target, 32);
      setRoute(id, [flashId(target)]);
      const at = redirected(id);
      const work = (): void => {
        push(source);
        pull(target);
      };
      await during(work, () => redirected(id) > at + 500, 'packets before');
      let over = false;
      const unbinding = driver.unbind().finally(() => (over = true));
      await Promise.all([unbinding, during(work, () => over, 'the driver to let go')]);
      const left = redirected(id);
      for (let turn = 0; turn < 100; turn++) push(source);
      while (pull(target) > 0);

      t.is(readAttribute(id, 'next'), emptied);
      t.is(redirected(id), left);
      t.is(readAttribute(flashId(target), 'ifindex'), '-1\n');
      await driver.bind();
    }
    t.is(auditProblem(source.umem), undefined);
  },
);

test.serial('sockets that come and go beside one that sends leave it its frames, on a few queues, too', async (t) => {
  const device = await borrowDevice();
  const rounds = 8;
  t.teardown(async () => {
    await useQueues(testbed.queues);
    await waitForLink();
  });
  await useQueues(few);
  await waitForLink();
  using sender = openEnd(device, 0, { busyPoll: false });
  const free = sender.umem.freeFrames.length;

  for (let round = 0; round < rounds; round++)
    for (const queue of countFrom(1, few - 1)) {
      using umem = createTestUmem({ frameCount: 64 });
      using passing = openListed({ netns: device.netns, ifname: device.a, queue, umem, busyPoll: false });
      let sent = 0;
      send(passing, countFrom(0, 32));
      await during(
        () => {
          sent += push(sender);
          passing.kick();
        },
        () => sent > 64,
        'packets beside a socket that comes',
      );
    }
  await waitForLink();
  await finish([sender], free);

  t.is(auditProblem(sender.umem), undefined);
});
