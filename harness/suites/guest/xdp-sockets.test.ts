import test from 'ava';
import { indexOf } from '../../ffi/xdp-program.js';
import { attachXdp } from '../../xdp/attach.js';
import type { Attachment } from '../../xdp/attachment.js';
import { programNamed } from '../../xdp/catalogue.js';
import { openBalancer, setFlowSockets, setQueueSocket, setVerdict } from '../../xdp/delivery.js';
import { openInetSocket } from '../../ffi/inet-socket.js';
import { waitUntil } from '../../process/wait-until.js';
import { inNetns } from '../../ffi/netns.js';
import { openPacketSocket } from '../../ffi/packet-socket.js';
import { readMetadata } from './support/packet-metadata.js';
import { openSinkChains, sourcePort, type Place, type SinkChains } from './support/sink-chain.js';
import { openFlows } from './support/xdp-client.js';
import { borrowXdpWires } from './support/xdp-testbed.js';
import { addresses, macs, type XdpWires } from './support/xdp-wires.js';

const modes = ['native', 'generic'] as const;
type Mode = (typeof modes)[number];

const attachAt = ({ middle: netns }: XdpWires, programs: readonly string[], mode: Mode): Attachment =>
  attachXdp({ devices: [{ netns, ifname: 'n0' }], programs: programs.map(programNamed), mode });

const atEntrance = ({ middle: netns }: XdpWires): Place => ({ netns, ifname: 'n0', queue: 0 });
const fdOf = (chains: SinkChains, at: number): number => chains.firsts[at]?.fd ?? -1;
const portsOf = (chains: SinkChains): number[][] => chains.out.map((frames) => [...new Set(frames.map(sourcePort))]);
const total = (chains: SinkChains): number => chains.out.flat().length;

const [flowCount, rounds] = [16, 3];

for (const mode of modes) {
  test.serial(
    `flows of one queue are spread over three chains and each stays with its own, in ${mode} mode`,
    async (t) => {
      const wires = await borrowXdpWires();
      using attachment = attachAt(wires, ['flow'], mode);
      using chains = openSinkChains(
        wires,
        Array.from({ length: 3 }, () => atEntrance(wires)),
      );
      setFlowSockets(
        attachment,
        0,
        [0, 1, 2].map((at) => fdOf(chains, at)),
      );
      using flows = openFlows(wires, flowCount);

      for (let round = 0; round < rounds; round++) flows.send('spread');
      await chains.runUntil('every packet', () => total(chains) === flowCount * rounds);

      const ports = portsOf(chains);
      t.true(ports.every(({ length }) => length > 0));
      t.deepEqual(ports.flat().sort(), [...flows.ports].sort());
    },
  );

  test.serial(`the balancer moves only the flows of a replica that has gone, in ${mode} mode`, async (t) => {
    const wires = await borrowXdpWires();
    using attachment = attachAt(wires, ['balance'], mode);
    using chains = openSinkChains(
      wires,
      Array.from({ length: 3 }, () => atEntrance(wires)),
    );
    const balancer = openBalancer(attachment);
    for (const replica of [0, 1, 2]) balancer.setSockets(replica, { 0: fdOf(chains, replica) });
    balancer.spreadOver([0, 1, 2]);
    using flows = openFlows(wires, flowCount);

    for (let round = 0; round < rounds; round++) flows.send('before');
    await chains.runUntil('every packet', () => total(chains) === flowCount * rounds);
    const before = portsOf(chains);
    t.true(before.every(({ length }) => length > 0));
    t.deepEqual(before.flat().sort(), [...flows.ports].sort());
    t.deepEqual(
      [0, 1, 2].map(balancer.packets),
      chains.out.map(({ length }) => length),
    );

    // Nobody tells the balancer: the kernel takes a socket that closes out of its map.
    chains.end(2);
    const counted = chains.out.map(({ length }) => length);
    flows.send('after');
    await chains.runUntil('every packet', () => total(chains) === flowCount * (rounds + 1));
    const after = chains.out.map((frames, at) => frames.slice(counted[at] ?? 0).map(sourcePort));

    t.deepEqual(after[2], []);
    for (const replica of [0, 1]) {
      t.true(
        before[replica]?.every((port) => after[replica]?.includes(port)),
        `the flows of replica ${replica} stay`,
      );
    }
    t.deepEqual(after.flat().sort(), [...flows.ports].sort());
  });

  test.serial(
    `a socket finds before each packet what XDP knew of it, and the chain behind it the packet, in ${mode} mode`,
    async (t) => {
      const wires = await borrowXdpWires();
      using attachment = attachAt(wires, ['metadata'], mode);
      using chains = openSinkChains(wires, [atEntrance(wires)]);
      setQueueSocket(attachment, 0, fdOf(chains, 0), 'meta_xsks');
      const [first] = chains.firsts;
      using flows = openFlows(wires, 1);
      const startNs = process.hrtime.bigint();

      flows.send('what is before');
      const rx = first?.rings.rx;
      await waitUntil(() => rx?.count() === 1, { what: 'a packet', deadlineMs: 5000, intervalMs: 1 });
      const [packet] = rx?.peek() ?? [];
      const metadata = first && readMetadata(first.umem, packet?.addr ?? 0);
      await chains.runUntil('the packet', () => total(chains) === 1);

      const { timeNs = 0n, hash, ...rest } = metadata ?? {};
      t.deepEqual(rest, {
        ...{ magic: 'HSLF', ifindex: indexOf('n0', wires.middle), queue: 0, flags: 0 },
        bytes: chains.out[0]?.[0]?.length ?? 0,
      });
      t.not(hash, 0);
      t.true(timeNs >= startNs && timeNs <= process.hrtime.bigint());
    },
  );

  for (const [verdict, seen] of [
    ['aborted', false],
    ['drop', false],
    ['pass', true],
    ['redirect', false],
  ] as const) {
    test.serial(
      `the verdict ${verdict} ${seen ? 'lets packets into' : 'keeps packets from'} the chain behind it, in ${mode} mode`,
      async (t) => {
        const wires = await borrowXdpWires();
        using attachment = attachAt(wires, ['verdict', 'queue'], mode);
        using chains = openSinkChains(wires, [atEntrance(wires)]);
        setQueueSocket(attachment, 0, fdOf(chains, 0));
        using flows = openFlows(wires, 2);

        setVerdict(attachment, verdict);
        flows.send(verdict);
        setVerdict(attachment, 'pass');
        flows.send('end');
        const texts = (): string[] => chains.out[0]?.map((frame) => frame.toString('latin1', 42)) ?? [];
        await chains.runUntil('the last packets', () => texts().filter((text) => text === 'end').length === 2);

        t.deepEqual(texts(), [...(seen ? [verdict, verdict] : []), 'end', 'end']);
      },
    );
  }

  test.serial(`the verdict tx sends a packet back to who sent it, in ${mode} mode`, async (t) => {
    const wires = await borrowXdpWires();
    using attachment = attachAt(wires, ['verdict'], mode);
    setVerdict(attachment, 'tx');
    // What veth sends back in native mode it gives only to a peer with a program of its own.
    using peer = attachXdp({
      devices: [{ netns: wires.client, ifname: 'c0' }],
      programs: [programNamed('queue')],
      mode,
    });
    t.is(peer.devices[0]?.mode, mode);
    using stack = openInetSocket({ netns: wires.middle, version: 4, type: 'udp' });
    using client = openInetSocket({ netns: wires.client, version: 4, type: 'udp' });
    stack.bind(addresses.middle[4], 7200);
    using wire = inNetns(wires.client, () => openPacketSocket('c0', 0x0800));

    client.sendTo(Buffer.from('back'), addresses.middle[4], 7200);
    const frame = await waitUntil(wire.receive, { what: 'the packet to be back', deadlineMs: 5000, intervalMs: 1 });

    t.is(frame.toString('latin1', 42, 46), 'back');
    t.is(frame.toString('hex', 0, 12), `${macs.c0}${macs.n0}`.replaceAll(':', ''));
    t.is(stack.receive(), undefined);
  });
}
