import test from 'ava';
import { runIn } from '../../chain/netns.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { attachXskRedirect } from '../../ffi/xsk-redirect.js';
import { clearRoute, readStats, setRoute } from '../../flash/registry.js';
import { auditProblem } from './frame-audit.js';
import { programOfA, waitForLink } from './nic-testbed.js';
import { countFrom, flashId, openListed } from './routed-pair.js';
import { forward, recycle } from './socket-row.js';
import { borrowDevice, createTestUmem } from './testbed.js';
import { during } from './traffic-ends.js';
import { readUdp, writeUdp } from './udp-packets.js';

/*
 *   b:0 [outside] ==wire==> a:0 [NF1] --> a:1 [NF2] --> a:2 [NF3] ==wire==> b:0 [outside]
 *
 * The functions are on one UMEM. With several chains, the port spreads the flows over the first
 * queues, a chain each.
 */
interface ChainsOptions {
  readonly chains: number;
  readonly busyPoll: boolean;
}

const functionsInChain = 3;
const packets = 2000;
const flows = 16;
const framesEach = 256;

async function runFlows({ chains, busyPoll }: ChainsOptions): Promise<{ readonly received: readonly number[][]; readonly redirected: readonly number[]; readonly problems: readonly (string | undefined)[] }> {
  const { netns } = await borrowDevice();
  using atB = attachXskRedirect({ netns, ifname: 'b' });
  await runIn(netns, 'ethtool', ['-X', 'a', 'equal', String(chains)]);
  await waitForLink();
  using outsideUmem = createTestUmem({ frameCount: 512 });
  using outside = openListed({ netns, ifname: 'b', queue: 0, umem: outsideUmem, fillSize: 256, rxSize: 256, busyPoll });
  atB.setSocket(0, outside.fd);
  using umem = createTestUmem({ frameCount: chains * functionsInChain * framesEach });
  const queues = countFrom(0, chains * functionsInChain);
  const functions = queues.map((queue) => openListed({ netns, ifname: 'a', queue, umem, busyPoll }));
  const arriving = functions.slice(0, chains);
  for (const [queue, socket] of arriving.entries()) programOfA().setSocket(queue, socket.fd);
  for (const [index, socket] of functions.slice(0, -chains).entries()) setRoute(flashId(socket), [flashId(functions[index + chains] as XdpSocket)]);

  const received = countFrom(0, flows).map((): number[] => []);
  let sent = 0;
  await during(
    () => {
      recycle(outside, 128);
      const room = Math.min(packets - sent, outside.rings.tx.free(), 16);
      outside.rings.tx.produce(countFrom(sent, room).map((number) => writeUdp(outsideUmem, number % flows, Math.floor(number / flows))));
      sent += room;
      outside.kick();
      outside.receive();
      for (const [index, socket] of functions.entries()) {
        recycle(socket, 48);
        if (index < chains) socket.receive();
        forward(socket);
        socket.kick();
      }
      const arrived = outside.rings.rx.consume();
      for (const { addr, len } of arrived) {
        const { flow, number } = readUdp(outsideUmem, addr, len);
        received[flow]?.push(number);
      }
      outsideUmem.give(arrived.map(({ addr }) => addr));
    },
    () => received.flat().length >= packets,
    `${packets} packets to come back`,
  );
  const redirected = functions.slice(0, -chains).map((socket) => readStats(flashId(socket))['redirected'] ?? 0);
  for (const socket of functions.slice(0, -chains)) clearRoute(flashId(socket));
  for (const queue of arriving.keys()) programOfA().clearSocket(queue);
  await during(() => functions.forEach((socket) => recycle(socket, 0)), () => functions.every(({ rings }) => rings.tx.count() === 0), 'the functions to be idle');
  const problems = [auditProblem(umem), auditProblem(outsideUmem)];
  for (const socket of [...functions].reverse()) socket.close();
  return { received, redirected, problems };
}

for (const chains of [1, 2]) {
  for (const busyPoll of [true, false]) {
    const title = `packets from the wire pass ${chains === 1 ? 'a chain' : 'a chain a queue'} and come back to it in order, by ${busyPoll ? 'busy polling' : 'interrupts'}`;

    test.serial(title, async (t) => {
      const { received, redirected, problems } = await runFlows({ chains, busyPoll });

      for (const numbers of received) t.deepEqual(numbers, countFrom(0, packets / flows));
      t.true(redirected.every((count) => count > 0));
      t.is(redirected.reduce((sum, count) => sum + count, 0), packets * (functionsInChain - 1));
      t.deepEqual(problems, [undefined, undefined]);
    });
  }
}
