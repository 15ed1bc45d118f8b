import test from 'ava';
import { libc, message, pollEvent } from '../../ffi/libc.js';
import { inNetns } from '../../ffi/netns.js';
import { attachXskRedirect } from '../../ffi/xsk-redirect.js';
import { listSockets, setRoute } from '../../flash/registry.js';
import type { Pump } from '../../native/pump.js';
import type { Device } from './support/device.js';
import { setLink, upAtEnd } from './support/link.js';
import { eventually } from './support/ring-state.js';
import { countFrom, endsOf, openListed, openSleepingPair, umemLayouts } from './support/routed-pair.js';
import { fill, receive, send } from './support/test-packets.js';
import { borrowDevice, createTestUmem, startPumpOn, testbed } from './support/testbed.js';
import { endless, flowsOn } from './support/traffic-ends.js';
import { onBothPorts } from './support/on-both-ports.js';

/*
 * Whether devices are up does not matter to a redirect, only the binding does.
 */
const other = 'b';

/** The id of the socket a pump has on a device. */
function idOn(pump: Pump, { netns }: Device, ifname: string): number {
  const ifindex = inNetns(netns, () => libc.ifNameToIndex(ifname) as number);
  return listSockets().find((socket) => socket.pid === pump.pid && socket.ifindex === ifindex)?.id ?? -1;
}

for (const { layout, sharedUmem } of umemLayouts) {
  for (const end of ['target', 'source'] as const) {
    onBothPorts(
      `two ends that sleep go on while the device of the ${end} goes down and up five times (${layout})`,
      async (t) => {
        await using device = await borrowDevice();
        using _program = testbed.zeroCopy ? attachXskRedirect({ netns: device.netns, ifname: other }) : undefined;
        const ends = { separate: !sharedUmem, targetIfname: other, wait: 'poll', target: 'sleeps' } as const;
        await using pump = await startPumpOn(device, { mode: 'sleep', rounds: endless, ...ends });
        const [source, target] = [device.a, other].map((ifname) => idOn(pump, device, ifname)) as [number, number];
        const flapping = end === 'source' ? device.a : other;
        upAtEnd(t, device, flapping);
        setRoute(source, [target]);
        pump.go();
        await flowsOn(pump, source, 'before');

        for (let round = 1; round <= 5; round++) {
          await setLink(device, flapping, 'down');
          await flowsOn(pump, source, `while it is down for the ${round}. time`);
          await setLink(device, flapping, 'up');
          await flowsOn(pump, source, `once it is up for the ${round}. time`);
        }
        t.pass();
      },
    );
  }

  test.serial(
    `sendto(), recvfrom() and poll() of sockets on a route work while their device is down (${layout})`,
    async (t) => {
      await using pair = await openSleepingPair({ sharedUmem });
      const { source, target, device } = pair;
      upAtEnd(t, device, device.a);
      await setLink(device, device.a, 'down');
      fill(target, 40);
      send(source, countFrom(0, 8));

      const outcome = source.kick();
      await eventually('the packets to arrive', () => target.rings.rx.count() === 8, { ends: endsOf(pair) });

      t.is(outcome, 'ok');
      t.deepEqual(
        [0, message.dontWait].map((flag) => target.receive(message.more | flag)),
        ['ok', 'ok'],
      );
      t.is(target.receive(), 'ok');
      t.true(source.poll(pollEvent.out, 0).writable);
      t.true(target.poll(pollEvent.in, 0).readable);
      t.deepEqual(receive(target), countFrom(0, 8));
    },
  );
}

test.serial('a socket on no route is told ENETDOWN as ever', async (t) => {
  await using device = await borrowDevice();
  using umem = createTestUmem({ frameCount: 64 });
  using socket = openListed({ netns: device.netns, ifname: device.a, queue: 0, umem, busyPoll: false });
  upAtEnd(t, device, device.a);
  await setLink(device, device.a, 'down');

  t.is(socket.kick(), 'ENETDOWN');
  t.is(socket.receive(), 'ENETDOWN');
});
