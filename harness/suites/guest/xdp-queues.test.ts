import test from 'ava';
import { inNetns } from '../../ffi/netns.js';
import { openPacketSocket } from '../../ffi/packet-socket.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { waitUntil } from '../../process/wait-until.js';
import { attachXdp } from '../../xdp/attach.js';
import type { Attachment } from '../../xdp/attachment.js';
import { programNamed } from '../../xdp/catalogue.js';
import { openBalancer, setFlowSockets, setQueueSocket } from '../../xdp/delivery.js';
import { readMetadata } from './support/packet-metadata.js';
import { openAll } from './support/routed-pair.js';
import { recycle } from './support/socket-row.js';
import { makeVeth } from './support/veth.js';
import { createTestUmem } from './support/testbed.js';
import { writeUdp } from './support/udp-packets.js';

/*
 *   [b:0] ==wire==> a:0 [socket 0]
 *   [b:1] ==wire==> a:1 [socket 1]      native: what a queue of b sends comes to the same of a
 *
 *   [b:0] ==wire==> a:0 [socket 0]
 *   [b:2] ==wire==> a:1 [socket 1]      generic: veth leaves the number of the TX queue where an RX queue has one more
 */
const queues = [0, 1];
const sendingQueues = { native: [0, 1], generic: [0, 2] } as const;
const vethQueues = 3;

/** How each program is told which sockets the queues have. */
const programs: Readonly<Record<string, (attachment: Attachment, fds: readonly number[]) => void>> = {
  queue: (attachment, fds) => fds.forEach((fd, queue) => setQueueSocket(attachment, queue, fd)),
  metadata: (attachment, fds) => fds.forEach((fd, queue) => setQueueSocket(attachment, queue, fd, 'meta_xsks')),
  flow: (attachment, fds) => fds.forEach((fd, queue) => setFlowSockets(attachment, queue, [fd])),
  balance(attachment, fds) {
    const balancer = openBalancer(attachment);
    balancer.setSockets(0, { ...fds });
    balancer.spreadOver([0]);
  },
};

const numberOf = (frame: Buffer): number => frame.readUInt32BE(42);
const packets = [
  [1, 2, 3],
  [11, 12],
] as const;

for (const mode of ['native', 'generic'] as const) {
  for (const [program, tell] of Object.entries(programs)) {
    test.serial(`${program} gives each of two queues the packets of its own, in ${mode} mode`, async (t) => {
      await using veth = await makeVeth(vethQueues);
      const { netns } = veth;
      using attachment = attachXdp({ devices: [{ netns, ifname: 'a' }], programs: [programNamed(program)], mode });
      using umem = createTestUmem({ frameCount: 256 });
      using receivers = openAll(queues.map((queue) => ({ netns, ifname: 'a', queue, umem, busyPoll: false })));
      using senders = openAll(
        sendingQueues[mode].map((queue) => ({ netns, ifname: 'b', queue, umem, busyPoll: false })),
      );
      const { sockets } = receivers;
      for (const socket of sockets) recycle(socket, 32);
      tell(
        attachment,
        sockets.map(({ fd }) => fd),
      );

      // By turns, so that the order alone would put none of them in the right place.
      for (const turn of [0, 1, 2]) for (const queue of queues) send(senders.sockets[queue], packets[queue]?.[turn]);
      const count = (): number[] => sockets.map(({ rings }) => rings.rx.count());
      const all = (): boolean => count().every((each, queue) => each >= (packets[queue]?.length ?? 0));
      await waitUntil(all, { what: 'every packet', deadlineMs: 5000, intervalMs: 1, lastState: count });

      t.deepEqual(sockets.map(numbersAt), packets);
      if (program === 'metadata')
        t.deepEqual(sockets.map(queuesBefore), [
          [0, 0, 0],
          [1, 1],
        ]);
    });
  }

  test.serial(`of two queues, the one without a socket leaves its packets to the stack, in ${mode} mode`, async (t) => {
    await using veth = await makeVeth(vethQueues);
    const { netns } = veth;
    using attachment = attachXdp({ devices: [{ netns, ifname: 'a' }], programs: [programNamed('queue')], mode });
    using umem = createTestUmem({ frameCount: 256 });
    using receivers = openAll([{ netns, ifname: 'a', queue: 1, umem, busyPoll: false }]);
    using senders = openAll(sendingQueues[mode].map((queue) => ({ netns, ifname: 'b', queue, umem, busyPoll: false })));
    using stack = inNetns(netns, () => openPacketSocket('a', etherType));
    const [socket] = receivers.sockets as [XdpSocket];
    recycle(socket, 32);
    setQueueSocket(attachment, 1, socket.fd);

    for (const queue of queues) for (const number of packets[queue] ?? []) send(senders.sockets[queue], number);
    const passed: number[] = [];
    const all = (): boolean => {
      for (let frame = stack.receive(); frame !== undefined; frame = stack.receive()) passed.push(numberOf(frame));
      return passed.length >= 3 && socket.rings.rx.count() >= 2;
    };
    await waitUntil(all, { what: 'every packet', deadlineMs: 5000, intervalMs: 1, lastState: () => passed });

    t.deepEqual(passed, packets[0]);
    t.deepEqual(numbersAt(socket), packets[1]);
  });
}

const etherType = 0x0800;

function send(socket: XdpSocket | undefined, number: number | undefined): void {
  if (socket === undefined || number === undefined) return;
  socket.rings.tx.produce([writeUdp(socket.umem, 0, number)]);
  socket.kick();
}

function numbersAt({ rings, umem }: XdpSocket): number[] {
  return rings.rx.peek().map(({ addr, len }) => numberOf(Buffer.from(umem.read(addr, len))));
}

function queuesBefore({ rings, umem }: XdpSocket): number[] {
  return rings.rx.peek().map(({ addr }) => readMetadata(umem, addr).queue);
}
