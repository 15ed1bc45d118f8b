import test from 'ava';
import { programNamed } from '../../xdp/catalogue.js';
import { openDnat } from '../../xdp/dnat.js';
import { icmpError, type IcmpErrorOptions } from './support/icmp-error.js';
import { ipPacket, type IpPacketOptions } from './support/ip-packet.js';
import { loadAlone } from './support/test-run.js';

/*
 *   client ---- router ---- DNAT ---- router ---- backend
 *
 * Either router, or the end itself, may say why it could not deliver a packet.
 */
const hosts = {
  4: { client: '192.0.2.1', router: '192.0.2.254', service: '198.51.100.80', backend: '10.0.0.2' },
  6: { client: '2001:db8::1', router: '2001:db8::fe', service: '2001:db8:5::80', backend: 'fd00::2' },
} as const;
const [clientPort, servicePort, backendPort] = [1000, 80, 8080];
/** Each version's: unreachable, too large (of IPv4 a kind of unreachable), expired, malformed. */
const types = { 4: [3, 11, 12], 6: [1, 2, 3, 4] } as const;
const versions = [4, 6] as const;
type Version = (typeof versions)[number];

type Ends = Pick<IpPacketOptions, 'source' | 'sourcePort' | 'destination' | 'destinationPort'>;

/** A connection as either end sees it, in both directions. */
function connection(version: Version): Readonly<Record<'toService' | 'toBackend', Readonly<Record<string, Ends>>>> {
  const { client, service, backend } = hosts[version];
  const between = (server: string, port: number): Readonly<Record<string, Ends>> => ({
    request: { source: client, sourcePort: clientPort, destination: server, destinationPort: port },
    reply: { source: server, sourcePort: port, destination: client, destinationPort: clientPort },
  });
  return { toService: between(service, servicePort), toBackend: between(backend, backendPort) };
}

interface Loaded extends Disposable {
  readonly run: (packet: Buffer) => { readonly packet: Buffer };
  readonly errors: () => number;
}

/** With a connection of each protocol, if there has been one. */
function loadDnat(version: Version, isConnected = true, mac?: string): Loaded {
  const program = loadAlone(programNamed('dnat'));
  const dnat = openDnat(program.mapFd);
  const { service, backend } = hosts[version];
  for (const protocol of ['tcp', 'udp'] as const) {
    dnat.add({
      protocol,
      service: { address: service, port: servicePort },
      backend: { address: backend, port: backendPort, ...(mac !== undefined && { mac }) },
    });
    if (isConnected) program.run(ipPacket({ ...(connection(version).toService['request'] as Ends), protocol }));
  }
  return { run: program.run, errors: () => dnat.counters().errors, [Symbol.dispose]: () => program[Symbol.dispose]() };
}

const variantsOf = (version: Version): readonly (Partial<IpPacketOptions> & { readonly quotes?: number })[] => [
  { protocol: 'udp' },
  { protocol: 'tcp' },
  { protocol: 'udp', checksum: 'none' },
  // As little as there has to be: of TCP that is without the checksum.
  { protocol: 'udp', quotes: 8 },
  { protocol: 'tcp', quotes: 8 },
  { protocol: 'tcp', payload: Buffer.alloc(400, 'more') },
  ...(version === 4 ? [{ protocol: 'udp', between: Buffer.alloc(40, 1) } as const] : []),
];

/** What an error is about, who says it, and whether that is the end that the packet was for. */
const rows = [
  ['a reply, by a router', 'reply', 'router'],
  ['a reply, by the client', 'reply', 'client'],
  ['a request, by a router', 'request', 'router'],
  ['a request, by the backend', 'request', 'backend'],
] as const;

for (const version of versions) {
  for (const [title, about, who] of rows) {
    test.serial(`an ICMP error about ${title} reaches who sent that, by IPv${version}`, (t) => {
      using dnat = loadDnat(version);
      const { toService, toBackend } = connection(version);
      const [seen, wanted] = about === 'reply' ? [toService, toBackend] : [toBackend, toService];
      const [from, to] = [seen[about] as Ends, wanted[about] as Ends];
      const source = hosts[version][who];
      let count = 0;

      for (const type of types[version]) {
        for (const { quotes, ...variant } of variantsOf(version)) {
          const error = (ends: Ends, said: string): Buffer =>
            icmpError({
              ...{ source: said, destination: ends.source, type, about: { ...ends, ...variant } },
              ...(quotes !== undefined && { quotes }),
            });
          // The backend speaks as the service.
          const said = who === 'backend' ? hosts[version].service : source;
          t.deepEqual(dnat.run(error(from, source)).packet, error(to, said), JSON.stringify({ type, quotes, variant }));
          t.is(dnat.errors(), ++count);
        }
      }
    });
  }

  test.serial(`an ICMP error is translated behind tags and options, by IPv${version}`, (t) => {
    using dnat = loadDnat(version);
    const { toService, toBackend } = connection(version);
    const common = { source: hosts[version].router, type: version === 4 ? 3 : 2, tags: [0x88a8, 0x8100] };
    const between = version === 4 ? { between: Buffer.alloc(8, 1) } : {};
    const error = (ends: Ends): Buffer =>
      icmpError({ ...common, ...between, destination: ends.source, about: { ...ends, protocol: 'tcp' } });

    t.deepEqual(dnat.run(error(toService['reply'] as Ends)).packet, error(toBackend['reply'] as Ends));
  });

  test.serial(`an ICMP error is left alone that is about no translated packet, by IPv${version}`, (t) => {
    using dnat = loadDnat(version);
    const { router, client } = hosts[version];
    const reply = connection(version).toService['reply'] as Ends;
    const right: IcmpErrorOptions = { source: router, destination: reply.source, type: 3, about: reply };
    const others: Readonly<Record<string, Buffer>> = {
      'another port of the client': icmpError({ ...right, about: { ...reply, destinationPort: 1001 } }),
      'another port of the service': icmpError({ ...right, about: { ...reply, sourcePort: 81 } }),
      'another sender than it goes to': icmpError({ ...right, destination: client }),
      'a protocol without ports': icmpError({ ...right, about: { ...reply, protocol: 47 } }),
      'ports that are cut off': icmpError({ ...right, quotes: 3 }),
      'no whole header of IP': icmpError({ ...right, quotes: -1 }),
      'an echo request': icmpError({ ...right, type: version === 4 ? 8 : 128 }),
    };

    for (const [title, packet] of Object.entries(others)) t.deepEqual(dnat.run(packet).packet, packet, title);
    t.is(dnat.errors(), 0);
    // None of them was for another reason.
    t.notDeepEqual(dnat.run(icmpError(right)).packet, icmpError(right));
  });

  test.serial(`an ICMP error is left alone that is about a reply which nobody asked for, by IPv${version}`, (t) => {
    using dnat = loadDnat(version, false);
    const about = connection(version).toService['reply'] as Ends;
    const error = icmpError({ source: hosts[version].router, destination: about.source, type: 3, about });

    t.deepEqual(dnat.run(error).packet, error);
  });
}

test.serial('a backend behind a chain gets ICMP errors with its MAC address', (t) => {
  using dnat = loadDnat(4, true, '02:00:00:00:00:77');
  const about = connection(4).toService['reply'] as Ends;

  const { packet } = dnat.run(icmpError({ source: hosts[4].router, destination: about.source, type: 3, about }));

  t.is(packet.toString('hex', 0, 6), '020000000077');
});
