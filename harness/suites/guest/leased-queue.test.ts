import { release } from 'node:os';
import test from 'ava';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { readAttribute, readStats, setRoute } from '../../flash/registry.js';
import { attemptIn, createNetns, deleteNetns, ipBatch, runIn } from '../../host/netns.js';
import { nativePaths } from '../../native/build-native.js';
import { run } from '../../process/run.js';
import type { Device } from './support/device.js';
import { auditProblems } from './support/frame-audit.js';
import { eventually } from './support/ring-state.js';
import { countFrom, flashId } from './support/routed-pair.js';
import { fill, receive, send } from './support/test-packets.js';
import { borrowDevice, testbed } from './support/testbed.js';
import { emptied, openEnd } from './support/traffic-ends.js';

/**
 *   network namespace flash-nics        network namespace flash-container
 *  +---------------------------+       +-----------------------+
 *  |  source, queue 0 of a     |       |  target, queue 1 of nk |
 *  |  a, queue 5 ==============|=======|==== lease ====         |
 *  +---------------------------+       +-----------------------+
 *
 * The container has a netkit device whose second queue is one of the card: the card's driver serves it.
 */
const container = 'flash-container';
const netkit = 'nk';
const leased = 5;

interface Lease extends AsyncDisposable {
  readonly device: Device;
  readonly queue: number;
}

async function leaseQueue(): Promise<Lease> {
  const device = await borrowDevice();
  await createNetns(container);
  const queue = await runIn(device.netns, nativePaths.lease, [netkit, device.a, String(leased)]);
  await run('ip', ['-n', device.netns, 'link', 'set', 'dev', netkit, 'netns', container]);
  await ipBatch(container, [`link set dev ${netkit} up`]);
  return {
    device,
    queue: Number(queue),
    async [Symbol.asyncDispose]() {
      await deleteNetns(container);
      await device[Symbol.asyncDispose]();
    },
  };
}

/** A socket of the container, on what it has leased. */
const openInContainer = (queue: number): XdpSocket =>
  openEnd({ netns: container, a: netkit }, queue, { busyPoll: false });

const openOnCard = (device: Device, queue = 0): XdpSocket => openEnd(device, queue, { busyPoll: false });

/** What a process in the container reads of a socket; undefined if there is none for it. */
async function readInContainer(id: number, name: string): Promise<string | undefined> {
  const { exitCode, stdout } = await attemptIn(container, 'cat', [`/sys/kernel/flash/${id}/${name}`]);
  return exitCode === 0 ? stdout : undefined;
}

if (testbed.leasesQueues && !release().startsWith('6.')) {
  test.serial('a queue that a container leases is an end of routes in both directions', async (t) => {
    await using lease = await leaseQueue();
    using outside = openOnCard(lease.device);
    using inside = openInContainer(lease.queue);
    const before = await lease.device.packetsOnWire();
    for (const [source, target] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      setRoute(flashId(source), [flashId(target)]);
      fill(target, 32);
      send(source, countFrom(0, 32));
      source.kick();
      await eventually('the packets to arrive', () => target.rings.rx.count() === 32, { ends: [source, target] });

      t.deepEqual(receive(target), countFrom(0, 32));
      t.is(readStats(flashId(source))['redirected'], 32);
    }
    t.is(await lease.device.packetsOnWire(), before);
    t.deepEqual(auditProblems([outside.umem, inside.umem]), []);
  });

  test.serial('a socket on a leased queue is of the container, not of the namespace of the card', async (t) => {
    await using lease = await leaseQueue();
    using outside = openOnCard(lease.device);
    using inside = openInContainer(lease.queue);
    const [ours, theirs] = [flashId(outside), flashId(inside)];
    const index = await runIn(container, 'cat', [`/sys/class/net/${netkit}/ifindex`]);

    t.is(readAttribute(theirs, 'ifindex'), index);
    t.is(readAttribute(theirs, 'qid'), `${lease.queue}\n`);
    t.is(await readInContainer(theirs, 'ifindex'), index);
    t.is(await readInContainer(ours, 'ifindex'), undefined);
    // The container may set routes between its own sockets only.
    const write = (id: number, next: number): Promise<{ readonly exitCode: number | null }> =>
      attemptIn(container, 'sh', ['-c', `echo ${next} > /sys/kernel/flash/${id}/next`]);
    t.is((await write(theirs, theirs)).exitCode, 0);
    t.not((await write(theirs, ours)).exitCode, 0);
    t.not((await write(ours, theirs)).exitCode, 0);
    t.is(readAttribute(ours, 'next'), '-1\n');
  });

  test.serial('a container that goes away leaves the route empty, and its queue to the card', async (t) => {
    await using lease = await leaseQueue();
    using outside = openOnCard(lease.device);
    using inside = openInContainer(lease.queue);
    const before = await lease.device.packetsOnWire();
    setRoute(flashId(outside), [flashId(inside)]);
    fill(inside, 8);
    send(outside, countFrom(0, 4));
    outside.kick();
    await eventually('the packets to arrive', () => inside.rings.rx.count() === 4, { ends: [outside, inside] });

    await run('ip', ['-n', container, 'link', 'delete', 'dev', netkit]);
    send(outside, countFrom(4, 4));
    outside.kick();

    t.is(readAttribute(flashId(outside), 'next'), emptied);
    t.is(readAttribute(flashId(inside), 'ifindex'), '-1\n');
    t.is(outside.rings.tx.count(), 4, 'what has no target stays where it is');
    t.is(await lease.device.packetsOnWire(), before);

    using target = openOnCard(lease.device, leased);
    setRoute(flashId(outside), [flashId(target)]);
    fill(target, 8);
    outside.kick();
    await eventually('the rest to arrive', () => target.rings.rx.count() === 4, { ends: [outside, target] });
    t.deepEqual(receive(target), countFrom(4, 4));
    t.deepEqual(auditProblems([outside.umem, target.umem]), []);
  });
}
