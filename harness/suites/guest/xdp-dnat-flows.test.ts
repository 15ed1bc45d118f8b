import test from 'ava';
import { openMap, type BpfMap } from '../../ffi/bpf-map.js';
import { mapsOf } from '../../ffi/bpf-object.js';
import { libbpf } from '../../ffi/libbpf.js';
import { programNamed } from '../../xdp/catalogue.js';
import { openDnat, type Dnat } from '../../xdp/dnat.js';
import { ipPacket } from './support/ip-packet.js';
import { loadAlone, type LoneProgram } from './support/test-run.js';

const [client, service, backend] = ['192.0.2.1', '198.51.100.80', '10.0.0.2'];
const [servicePort, backendPort] = [80, 8080];
type Protocol = 'tcp' | 'udp';

const request = (protocol: Protocol, sourcePort = 1000): Buffer =>
  ipPacket({ source: client, sourcePort, destination: service, destinationPort: servicePort, protocol });
const directRequest = (protocol: Protocol): Buffer =>
  ipPacket({ source: client, destination: backend, destinationPort: backendPort, sourcePort: 1000, protocol });
const from = (source: string, sourcePort: number, protocol: Protocol): Buffer =>
  ipPacket({ source, sourcePort, destination: client, destinationPort: 1000, protocol });
const reply = (protocol: Protocol): Buffer => from(backend, backendPort, protocol);
const translatedReply = (protocol: Protocol): Buffer => from(service, servicePort, protocol);

interface Loaded extends Disposable {
  readonly program: LoneProgram;
  readonly dnat: Dnat;
  /** By what a reply looks like, what it is translated to and when it was last. */
  readonly flows: BpfMap;
}

function loadDnat(prepare?: (map: unknown) => void): Loaded {
  const program = loadAlone(programNamed('dnat'), {
    prepare({ object }) {
      for (const map of mapsOf(object)) if ((libbpf.mapName(map) as string) === 'dnat_flows') prepare?.(map);
    },
  });
  const dnat = openDnat(program.mapFd);
  for (const protocol of ['tcp', 'udp'] as const) {
    dnat.add({
      ...{ protocol, service: { address: service, port: servicePort } },
      backend: { address: backend, port: backendPort },
    });
  }
  const flows = openMap({ fd: program.mapFd('dnat_flows'), keyBytes: 40, valueBytes: 32 });
  return { program, dnat, flows, [Symbol.dispose]: () => program[Symbol.dispose]() };
}

const usedAt = 24;

/** As if no packet had been translated for so long. */
function letPass(flows: BpfMap, seconds: number): void {
  for (const [key, value] of flows.entries()) {
    const usedNs = BigInt.asUintN(64, process.hrtime.bigint() - BigInt(seconds) * 1_000_000_000n);
    value.writeBigUInt64LE(usedNs, usedAt);
    flows.set(key, value);
  }
}

const idleSeconds = { tcp: 7440, udp: 300 } as const;

for (const protocol of ['tcp', 'udp'] as const) {
  test.serial(`a client that turns to the backend itself is answered by it, by ${protocol}`, (t) => {
    using loaded = loadDnat();
    const { program } = loaded;
    program.run(request(protocol));
    t.deepEqual(program.run(reply(protocol)).packet, translatedReply(protocol));

    t.deepEqual(program.run(directRequest(protocol)).packet, directRequest(protocol));

    t.deepEqual(program.run(reply(protocol)).packet, reply(protocol));
    t.is(loaded.flows.entries().length, 0);
  });

  test.serial(`a reply is translated until the connection has been idle for long, by ${protocol}`, (t) => {
    using loaded = loadDnat();
    const { program, flows } = loaded;
    program.run(request(protocol));

    letPass(flows, idleSeconds[protocol] - 60);
    t.deepEqual(program.run(reply(protocol)).packet, translatedReply(protocol));
    letPass(flows, idleSeconds[protocol] + 1);
    t.deepEqual(program.run(reply(protocol)).packet, reply(protocol));
  });

  for (const [title, packet] of [
    ['a request', request(protocol)],
    ['a reply', reply(protocol)],
  ] as const) {
    test.serial(`${title} keeps a connection from being idle, by ${protocol}`, (t) => {
      using loaded = loadDnat();
      const { program, flows } = loaded;
      program.run(request(protocol));
      letPass(flows, idleSeconds[protocol] - 60);

      program.run(packet);

      const [[, value] = []] = flows.entries();
      const idleNs = process.hrtime.bigint() - (value?.readBigUInt64LE(usedAt) ?? 0n);
      t.true(idleNs < 10_000_000_000n, `${idleNs}`);
    });
  }
}

test.serial('a request is dropped and counted if there is no room for how to translate its reply', (t) => {
  const [plainHash, entries] = [1, 1];
  using loaded = loadDnat((map) => {
    // One that displaces nothing, as when every entry is in use at this moment.
    libbpf.setMapType(map, plainHash);
    libbpf.setMapEntries(map, entries);
  });
  const { program, dnat } = loaded;

  t.is(program.run(request('udp', 1000)).verdict, 'pass');
  t.deepEqual(program.run(request('udp', 1001)), { verdict: 'drop', packet: request('udp', 1001) });

  t.deepEqual(dnat.counters(), { ...dnat.counters(), requests: 1, untracked: 1 });
});

test.serial('IPv6 with mapped addresses is not taken for the IPv4 that a service has', (t) => {
  using loaded = loadDnat();
  const { program, dnat } = loaded;
  program.run(request('udp'));
  const mapped = { source: `::ffff:${backend}`, sourcePort: backendPort, destinationPort: 1000 };
  const packets = [
    ipPacket({ ...mapped, destination: `::ffff:${client}` }),
    ipPacket({ source: `::ffff:${client}`, destination: `::ffff:${service}`, destinationPort: servicePort }),
    ipPacket({ source: `::ffff:${client}`, destination: `::ffff:${backend}`, destinationPort: backendPort }),
  ];

  for (const packet of packets) t.deepEqual(program.run(packet), { verdict: 'pass', packet });

  t.deepEqual(dnat.counters(), { ...dnat.counters(), requests: 1, replies: 0, unmatched: packets.length });
  t.deepEqual(program.run(reply('udp')).packet, translatedReply('udp'));
});
