import test, { type ExecutionContext } from 'ava';
import { openInetSocket, type InetSocket } from '../../ffi/inet-socket.js';
import { libbpf } from '../../ffi/libbpf.js';
import { u32Key } from '../../ffi/bpf-map.js';
import { waitUntil } from '../../process/wait-until.js';
import { attachXdp } from '../../xdp/attach.js';
import { programNamed } from '../../xdp/catalogue.js';
import { openDnat, type Dnat } from '../../xdp/dnat.js';
import { ipPacket, transportSum } from './support/ip-packet.js';
import { loadAlone } from './support/test-run.js';
import { openXdpChain } from './support/xdp-chain.js';
import { borrowXdpWires } from './support/xdp-testbed.js';
import { addresses, macs, type XdpWires } from './support/xdp-wires.js';

/** Nobody has these addresses: who is sent something answers only if it was translated. */
const service = { 4: { address: '192.0.2.80', port: 80 }, 6: { address: '2001:db8::80', port: 80 } } as const;
const backendPort = 8080;
const versions = [4, 6] as const;
type Version = (typeof versions)[number];

const attachDnat = (wires: XdpWires, mode: 'native' | 'generic'): ReturnType<typeof attachXdp> =>
  attachXdp({
    devices: ['n0', 'n1'].map((ifname) => ({ netns: wires.middle, ifname })),
    programs: [programNamed('dnat')],
    mode,
  });

const addService = (dnat: Dnat, protocol: 'tcp' | 'udp', version: Version): void =>
  dnat.add({ protocol, service: service[version], backend: { address: addresses.server[version], port: backendPort } });

const within = { deadlineMs: 5000, intervalMs: 1 };

/** From a client to a service and back. Returns what came at either end, and whom the client believes to talk to. */
async function exchange(client: InetSocket, server: InetSocket, bytes: Buffer): Promise<void> {
  client.send(bytes);
  const request = await waitUntil(server.receive, { what: `a request of ${bytes.length} bytes`, ...within });
  server.sendTo(request.bytes, request.address, request.port);
  const reply = await waitUntil(client.receive, { what: 'the reply', ...within });
  if (!reply.bytes.equals(bytes)) throw new Error('the reply is another');
}

for (const mode of ['native', 'generic'] as const) {
  for (const version of versions) {
    test.serial(
      `UDP reaches a service by DNAT and is answered from its address, in ${mode} mode, by IPv${version}`,
      async (t) => {
        const wires = await borrowXdpWires();
        using attachment = attachDnat(wires, mode);
        const dnat = openDnat(attachment.mapFd);
        addService(dnat, 'udp', version);
        using server = openInetSocket({ netns: wires.server, version, type: 'udp' });
        using client = openInetSocket({ netns: wires.client, version, type: 'udp' });
        server.bind(addresses.server[version], backendPort);
        // Takes answers of the service alone, and refuses those of the backend.
        client.connect(service[version].address, service[version].port);

        for (const payload of payloads(version, client.localPort())) await exchange(client, server, payload);
        if (version === 4) {
          client.withoutChecksums();
          await exchange(client, server, Buffer.from('without a checksum'));
        }

        const { requests, replies } = dnat.counters();
        t.is(requests, replies);
        t.true(requests >= payloads(version, 1).length);
      },
    );

    test.serial(`TCP reaches a service by DNAT, in ${mode} mode, by IPv${version}`, async (t) => {
      const wires = await borrowXdpWires();
      using attachment = attachDnat(wires, mode);
      addService(openDnat(attachment.mapFd), 'tcp', version);
      using listener = openInetSocket({ netns: wires.server, version, type: 'tcp' });
      using client = openInetSocket({ netns: wires.client, version, type: 'tcp' });
      listener.bind(addresses.server[version], backendPort);
      listener.listen();

      client.connect(service[version].address, service[version].port);
      using server = await waitUntil(listener.accept, { what: 'a connection', ...within });
      await waitUntil(client.isWritable, { what: 'the client to be connected', ...within });
      const bytes = Buffer.alloc(5000, 'flash');
      client.send(bytes);
      t.deepEqual(await receiveAll(server, bytes.length), bytes);
      server.send(bytes);
      t.deepEqual(await receiveAll(client, bytes.length), bytes);
    });
  }

  test.serial(`DNAT reaches a service behind a chain, in ${mode} mode`, async (t) => {
    const wires = await borrowXdpWires();
    const at = (ifname: string) => [{ netns: wires.middle, ifname }];
    using attachment = attachXdp({ devices: at('n0'), programs: [programNamed('dnat'), programNamed('queue')], mode });
    using replies = attachXdp({ devices: at('n1'), programs: [programNamed('dnat')], mode, sharing: attachment });
    t.is(replies.devices[0]?.mode, mode);
    const dnat = openDnat(attachment.mapFd);
    dnat.add({
      protocol: 'udp',
      service: service[4],
      backend: { address: addresses.server[4], port: backendPort, mac: macs.s0 },
    });
    using chain = openXdpChain(wires);
    libbpf.updateBytes(attachment.mapFd('xsks'), u32Key(0), u32Key(chain.first.fd), 0);
    using server = openInetSocket({ netns: wires.server, version: 4, type: 'udp' });
    using client = openInetSocket({ netns: wires.client, version: 4, type: 'udp' });
    server.bind(addresses.server[4], backendPort);
    client.connect(service[4].address, service[4].port);

    client.send(Buffer.from('through a chain'));
    let request: ReturnType<typeof server.receive>;
    await chain.runUntil('the request', () => (request = server.receive()) !== undefined);
    t.is(request?.bytes.toString(), 'through a chain');
    t.is(chain.passed(), 1);
    server.sendTo(Buffer.from('answered'), request?.address ?? '', request?.port ?? 0);
    const reply = await waitUntil(client.receive, { what: 'the reply', ...within });

    t.is(reply.bytes.toString(), 'answered');
    t.deepEqual(dnat.counters(), { ...dnat.counters(), requests: 1, replies: 1 });
  });
}

async function receiveAll(socket: InetSocket, length: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  await waitUntil(
    () => {
      const came = socket.receive();
      if (came !== undefined) parts.push(came.bytes);
      return Buffer.concat(parts).length >= length;
    },
    { what: `${length} bytes`, ...within },
  );
  return Buffer.concat(parts);
}

/**
 * Datagrams whose checksums are at the edges once they are translated, either way: a sum of 0, which is sent as 0xffff
 * and which IPv6 does not take as it is, and what is next to it.
 */
function payloads(version: Version, clientPort: number): Buffer[] {
  const client = { address: addresses.client[version], port: clientPort };
  const ends = [service[version], { address: addresses.server[version], port: backendPort }];
  const edges = [0, 1, 2, 0x7fff, 0x8000, 0xfffd, 0xfffe];
  const adjusted = ends.flatMap((end) =>
    edges.map((wanted) => {
      const payload = Buffer.alloc(20, 'sum');
      payload.writeUInt16BE(0, 0);
      // The one's complement sum without that word, and what it takes to get to the wanted one.
      const sum = transportSum({
        ...{ source: client.address, sourcePort: client.port },
        ...{ destination: end.address, destinationPort: end.port, payload },
      });
      payload.writeUInt16BE((sum - wanted + 0xffff) % 0xffff, 0);
      return payload;
    }),
  );
  return [Buffer.from('odd'), Buffer.alloc(1400, 'large'), Buffer.alloc(0), ...adjusted];
}

/** A row: a packet that DNAT leaves as it is, and what it counts it as. */
const untouched = (version: Version): readonly (readonly [string, Buffer, 'fragments' | 'unmatched'])[] => {
  const to = { source: addresses.client[version], destination: service[version].address, destinationPort: 80 };
  const common = [
    ['another port', ipPacket({ ...to, destinationPort: 81 }), 'unmatched'],
    ['another protocol', ipPacket({ ...to, protocol: 'tcp' }), 'unmatched'],
    ['another address', ipPacket({ ...to, destination: addresses.server[version] }), 'unmatched'],
    ['ports that are cut off', ipPacket({ ...to, protocol: 17, payload: Buffer.from([3, 232]) }), 'unmatched'],
    [
      'a checksum that is cut off',
      ipPacket({ ...to, protocol: 17, payload: Buffer.from([3, 232, 0, 80, 0, 9]) }),
      'unmatched',
    ],
    ['ICMP', ipPacket({ ...to, protocol: 1, payload: Buffer.from([8, 0, 0, 80, 0, 0, 0, 0]) }), 'unmatched'],
  ] as const;
  if (version === 6) {
    const between = Buffer.from([17, 0, 0, 1, 0, 0, 0, 9]);
    return [...common, ['a first fragment', ipPacket({ ...to, firstExtension: 44, between }), 'fragments']];
  }
  return [
    ...common,
    ['a first fragment', ipPacket({ ...to, fragment: 0x2000 }), 'fragments'],
    ['a later fragment', ipPacket({ ...to, fragment: 0x0004 }), 'fragments'],
  ];
};

for (const version of versions) {
  test.serial(`DNAT leaves alone what is for no service, by IPv${version}`, (t) => {
    using program = loadAlone(programNamed('dnat'));
    const dnat = openDnat(program.mapFd);
    addService(dnat, 'udp', version);

    for (const [title, packet, counter] of untouched(version)) {
      const before = dnat.counters();
      t.deepEqual(program.run(packet), { verdict: 'pass', packet }, title);
      t.deepEqual(dnat.counters(), { ...before, [counter]: before[counter] + 1 }, title);
    }
  });

  test.serial(`DNAT translates what a sender would have made for the backend, by IPv${version}`, (t) => {
    using program = loadAlone(programNamed('dnat'));
    const dnat = openDnat(program.mapFd);
    for (const protocol of ['tcp', 'udp'] as const) addService(dnat, protocol, version);
    const request = { source: addresses.client[version], destination: service[version].address, destinationPort: 80 };
    const translated = { ...request, destination: addresses.server[version], destinationPort: backendPort };
    const variants = [
      {},
      { protocol: 'tcp' },
      { tags: [0x8100] },
      { tags: [0x88a8, 0x8100] },
      { checksum: 'none' },
      version === 4
        ? { between: Buffer.alloc(40, 1) }
        : { firstExtension: 0, between: Buffer.from([17, 0, 1, 4, 0, 0, 0, 0]) },
    ] as const;

    for (const variant of variants) {
      const { packet } = program.run(ipPacket({ ...request, ...variant }));
      t.deepEqual(packet, ipPacket({ ...translated, ...variant }), JSON.stringify(variant));
    }
    translatesBack(t, program.run, version);
  });
}

function translatesBack(
  t: ExecutionContext,
  run: (packet: Buffer) => { readonly packet: Buffer },
  version: Version,
): void {
  const reply = { destination: addresses.client[version], destinationPort: 1000, payload: Buffer.from('reply') };
  const backend = { source: addresses.server[version], sourcePort: backendPort };
  const seen = { source: service[version].address, sourcePort: 80 };

  t.deepEqual(run(ipPacket({ ...backend, ...reply })).packet, ipPacket({ ...seen, ...reply }));
  const stranger = ipPacket({ ...backend, ...reply, destinationPort: 1001 });
  t.deepEqual(run(stranger).packet, stranger, 'what nobody asked for is no reply');
}

test.serial('a backend behind a chain gets packets with its MAC address', (t) => {
  using program = loadAlone(programNamed('dnat'));
  const backend = { address: addresses.server[4], port: backendPort, mac: '02:00:00:00:00:77' };
  openDnat(program.mapFd).add({ protocol: 'udp', service: service[4], backend });

  const { packet } = program.run(
    ipPacket({ source: addresses.client[4], destination: service[4].address, destinationPort: 80 }),
  );

  t.is(packet.toString('hex', 0, 6), '020000000077');
});

test.serial('a service is refused whose backend is of another version of IP', (t) => {
  using program = loadAlone(programNamed('dnat'));
  const backend = { address: addresses.server[6], port: backendPort };

  t.throws(() => openDnat(program.mapFd).add({ protocol: 'udp', service: service[4], backend }), {
    message: /same version/,
  });
});
