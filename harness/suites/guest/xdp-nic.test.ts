import { indexOf } from '../../ffi/xdp-program.js';
import { openInetSocket } from '../../ffi/inet-socket.js';
import { inNetns } from '../../ffi/netns.js';
import { openPacketSocket } from '../../ffi/packet-socket.js';
import { ipBatch, runIn } from '../../host/netns.js';
import { waitUntil } from '../../process/wait-until.js';
import { attachXdp } from '../../xdp/attach.js';
import type { Attachment } from '../../xdp/attachment.js';
import { programNamed } from '../../xdp/catalogue.js';
import { addBroadcast, openBalancer, setFlowSockets, setQueueSocket, useProcessors } from '../../xdp/delivery.js';
import { openDnat } from '../../xdp/dnat.js';
import { openFirewall } from '../../xdp/firewall.js';
import { ipPacket } from './support/ip-packet.js';
import { removeProgram, replaceProgram, waitForLink } from './support/nic-testbed.js';
import { onBothPorts, preparePorts } from './support/on-both-ports.js';
import { readMetadata } from './support/packet-metadata.js';
import { openSinkChainsTo, sourcePort, type SinkChains } from './support/sink-chain.js';
import { borrowDevice } from './support/testbed.js';

/*
 *   b ==wire==> a:0 the programs --> [first] --FLASH--> [last] a:1, a:2
 *                       |
 *                       +-- broadcast, cpumap --> c ==veth==> d
 *
 * The programs of bpf/ in a driver, with sockets in zero-copy mode: the least traffic that shows each. Every packet is
 * of b. What depends on the program alone, xdp-firewall.test.ts and others look at.
 */
const client = '10.88.0.1';
const service = { address: '192.0.2.80', port: 80 };
const backend = { address: '10.88.0.2', port: 8080 };
const deadlineMs = 20_000;
const within = { deadlineMs, intervalMs: 5 };

/** Attaches programs to `a`, which has no other meanwhile. */
async function onNic(programs: readonly string[], run: (scene: Scene) => Promise<void>): Promise<void> {
  const { netns } = await borrowDevice();
  removeProgram();
  await ipBatch(netns, ['link add name c type veth peer name d', 'link set dev c up', 'link set dev d up']);
  // What is redirected to a veth is given to its peer by GRO or a program.
  await runIn(netns, 'ethtool', ['-K', 'd', 'gro', 'on']);
  try {
    using attachment = attachXdp({
      devices: [{ netns, ifname: 'a' }],
      programs: programs.map(programNamed),
      mode: 'native',
    });
    using wire = inNetns(netns, () => openPacketSocket('b', etherTypeIp));
    const [link] = JSON.parse(await runIn(netns, 'ip', ['-j', 'link', 'show', 'dev', 'a'])) as [{ address: string }];
    const address = Buffer.from(link.address.replaceAll(':', ''), 'hex');
    await preparePorts(netns, 1);
    await run({
      ...{ netns, attachment },
      send: (packet) => wire.send(Buffer.concat([address, packet.subarray(address.length)])),
    });
  } finally {
    await ipBatch(netns, ['link del dev c']);
    replaceProgram();
    await waitForLink();
  }
}

interface Scene {
  readonly netns: string;
  readonly attachment: Attachment;
  /** From `b`, to `a`. */
  readonly send: (packet: Buffer) => void;
}

const etherTypeIp = 0x0800;

const datagram = (port: number, text: string, to = service): Buffer =>
  ipPacket({
    ...{ source: client, sourcePort: port, destination: to.address, destinationPort: to.port },
    payload: Buffer.from(text),
  });

/** What is in a frame for IP; short ones come padded. */
const ipOf = (frame: Buffer): Buffer => frame.subarray(14, 14 + frame.readUInt16BE(16));
const textOf = (frame: Buffer): string => ipOf(frame).toString('latin1', 28);

const openChains = (netns: string, count: number): SinkChains =>
  openSinkChainsTo(
    Array.from({ length: count }, (_, at) => ({ netns, ifname: 'a', queue: at + 1 })),
    Array.from({ length: count }, () => ({ netns, ifname: 'a', queue: 0 })),
  );

const allOut = ({ out }: SinkChains): Buffer[] => out.flat();

/** Sends a packet until it comes out of a chain: a driver tells its port what to take some time after it has changed. */
async function probe(chains: SinkChains, send: () => void): Promise<void> {
  let turn = 0;
  await chains.runUntil('a first packet to pass a chain', () => {
    if (turn++ % 20 === 0) send();
    return allOut(chains).length > 0;
  });
}

const fdOf = (chains: SinkChains, at: number): number => chains.firsts[at]?.fd ?? -1;

onBothPorts(
  'the driver of a NIC runs the firewall, then dnat, and gives the chain what the backend would be sent',
  async (t) => {
    await onNic(['firewall', 'dnat', 'queue'], async ({ netns, attachment, send }) => {
      const firewall = openFirewall(attachment.mapFd);
      const dnat = openDnat(attachment.mapFd);
      dnat.add({ protocol: 'udp', service, backend });
      using server = openInetSocket({ netns, version: 4, type: 'udp' });
      await ipBatch(netns, [`addr add ${backend.address}/24 dev a`]);
      try {
        server.bind(backend.address, backend.port);
        const came = (): string | undefined => {
          send(datagram(1000, 'for the stack'));
          return server.receive()?.bytes.toString();
        };
        t.is(await waitUntil(came, { what: 'a datagram', ...within, intervalMs: 50 }), 'for the stack');
      } finally {
        await ipBatch(netns, [`addr del ${backend.address}/24 dev a`]);
      }
      using chains = openChains(netns, 1);
      setQueueSocket(attachment, 0, fdOf(chains, 0));
      await waitForLink();
      await probe(chains, () => send(datagram(1000, 'first')));

      const { blocked } = firewall.counters();
      const { requests } = dnat.counters();
      firewall.block(client);
      for (const port of [1001, 1002, 1003]) send(datagram(port, 'blocked'));
      await chains.runUntil('three packets to be blocked', () => firewall.counters().blocked === blocked + 3);
      firewall.unblock(client);
      send(datagram(1004, 'let in'));
      await chains.runUntil('what is let in', () => allOut(chains).some((frame) => textOf(frame) === 'let in'));

      t.false(allOut(chains).some((frame) => textOf(frame) === 'blocked'));
      t.deepEqual(allOut(chains).map(ipOf).at(-1), ipOf(datagram(1004, 'let in', backend)));
      t.true(dnat.counters().requests > requests);
      t.is(dnat.counters().unmatched, 0);
    });
  },
);

const spreads: Readonly<Record<string, (attachment: Attachment, chains: SinkChains) => void>> = {
  flow: (attachment, chains) => setFlowSockets(attachment, 0, [fdOf(chains, 0), fdOf(chains, 1)]),
  balance(attachment, chains) {
    const balancer = openBalancer(attachment);
    for (const replica of [0, 1]) balancer.setSockets(replica, { 0: fdOf(chains, replica) });
    balancer.spreadOver([0, 1]);
  },
};

const ports = Array.from({ length: 16 }, (_, flow) => 2000 + 7 * flow);

for (const [program, spread] of Object.entries(spreads)) {
  onBothPorts(`the driver of a NIC spreads the flows of a queue over two chains, by ${program}`, async (t) => {
    await onNic([program], async ({ netns, attachment, send }) => {
      using chains = openChains(netns, 2);
      spread(attachment, chains);
      await waitForLink();
      await probe(chains, () => send(datagram(1000, 'first')));

      for (const text of ['once', 'twice']) for (const port of ports) send(datagram(port, text));
      const counted = (): Buffer[][] => chains.out.map((frames) => frames.filter((frame) => textOf(frame) !== 'first'));
      await chains.runUntil('every packet', () => counted().flat().length === 2 * ports.length);

      const seen = counted().map((frames) => [...new Set(frames.map(sourcePort))]);
      t.true(seen.every(({ length }) => length > 0));
      t.deepEqual(seen.flat().sort(), ports);
    });
  });
}

onBothPorts('the driver of a NIC leaves before each packet what XDP knew of it', async (t) => {
  await onNic(['metadata'], async ({ netns, attachment, send }) => {
    using chains = openChains(netns, 1);
    const [first] = chains.firsts;
    if (first === undefined) throw new Error('no chain');
    setQueueSocket(attachment, 0, first.fd, 'meta_xsks');
    await waitForLink();
    await probe(chains, () => send(datagram(1000, 'first')));
    const startNs = process.hrtime.bigint();

    for (const port of [1001, 1002]) send(datagram(port, 'what is before'));
    const { rx } = first.rings;
    const came = (): boolean => {
      first.receive();
      return rx.count() >= 2;
    };
    await waitUntil(came, { what: 'two packets', ...within });
    const found = rx
      .peek()
      .map(({ addr, len }) => ({ length: len, frame: Buffer.from(first.umem.read(addr, len)), addr }))
      .filter(({ frame }) => [1001, 1002].includes(sourcePort(frame)))
      .map(({ addr, length }) => ({ length, ...readMetadata(first.umem, addr) }));

    t.is(found.length, 2);
    for (const { timeNs, hash, length, ...rest } of found) {
      t.deepEqual(rest, { magic: 'HSLF', ifindex: indexOf('a', netns), queue: 0, bytes: length, flags: 0 });
      t.not(hash, 0);
      t.true(timeNs >= startNs && timeNs <= process.hrtime.bigint());
    }
  });
});

const ways: Readonly<Record<string, (attachment: Attachment, index: (ifname: string) => number) => void>> = {
  broadcast(attachment, index) {
    for (const ifname of ['a', 'c']) addBroadcast(attachment, index(ifname));
  },
  cpumap: (attachment, index) =>
    useProcessors(
      attachment,
      [0, 1].map((cpu) => ({ cpu, ifindex: index('c') })),
    ),
};

for (const [program, tell] of Object.entries(ways)) {
  onBothPorts(`the driver of a NIC sends packets out of another device, by ${program}`, async (t) => {
    await onNic([program], async ({ netns, attachment, send }) => {
      // A devmap looks an index up in the namespace of who writes it.
      inNetns(netns, () => tell(attachment, (ifname) => indexOf(ifname)));
      using beyond = inNetns(netns, () => openPacketSocket('d', etherTypeIp));
      using back = inNetns(netns, () => openPacketSocket('b', etherTypeIp));
      await waitForLink();
      const texts: string[] = [];
      const look = (): readonly string[] => {
        for (let frame = beyond.receive(); frame !== undefined; frame = beyond.receive()) texts.push(textOf(frame));
        return texts;
      };
      const probed = (): boolean => {
        send(datagram(1000, 'first'));
        return look().length > 0;
      };
      await waitUntil(probed, { what: 'a first packet', ...within, intervalMs: 50 });

      for (const port of ports) send(datagram(port, `flow ${port}`));
      const counted = (): string[] => look().filter((text) => text.startsWith('flow'));
      await waitUntil(() => counted().length >= ports.length, { what: 'every packet', ...within, lastState: look });

      t.deepEqual(
        counted().sort(),
        ports.map((port) => `flow ${port}`),
      );
      t.is(back.receive(), undefined);
    });
  });
}
