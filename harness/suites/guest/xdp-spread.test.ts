import test from 'ava';
import { openMap, u32Key } from '../../ffi/bpf-map.js';
import { programNamed } from '../../xdp/catalogue.js';
import { openBalancer, setFlowSockets, setQueueSocket } from '../../xdp/delivery.js';
import { openBareSockets, type BareSockets } from './support/bare-sockets.js';
import { ipPacket } from './support/ip-packet.js';
import { ofFlows, ofNone } from './support/packet-kinds.js';
import { loadAlone, type LoneProgram } from './support/test-run.js';

const setWords = (fd: number, key: number, ...values: readonly number[]): void =>
  openMap({ fd, keyBytes: 4, valueBytes: 4 * values.length }).set(u32Key(key), Buffer.concat(values.map(u32Key)));

/** Programs that spread flows, told to spread them over this many places. */
const spreaders: Readonly<Record<string, (program: LoneProgram, sockets: BareSockets) => void>> = {
  cpumap({ mapFd }, { fds }) {
    const queueSize = 192;
    setWords(mapFd('cpumap_cpus'), 0, queueSize, 0);
    for (const at of fds.keys()) setWords(mapFd('cpumap_chosen'), 1 + at, 0);
    setWords(mapFd('cpumap_chosen'), 0, fds.length);
  },
  flow: (program, { fds }) => setFlowSockets(program, 0, fds),
  balance(program, { fds }) {
    const balancer = openBalancer(program);
    for (const [replica, fd] of fds.entries()) balancer.setSockets(replica, { 0: fd });
    balancer.spreadOver([...fds.keys()]);
  },
};

for (const [name, tell] of Object.entries(spreaders)) {
  test.serial(`${name} spreads what is of a flow and leaves the rest to the stack, as it is`, (t) => {
    using program = loadAlone(programNamed(name));
    using sockets = openBareSockets(3);
    tell(program, sockets);

    for (const [title, packet] of Object.entries(ofFlows))
      t.deepEqual(program.run(packet), { verdict: 'redirect', packet }, title);
    for (const [title, packet] of Object.entries(ofNone))
      t.deepEqual(program.run(packet), { verdict: 'pass', packet }, title);
  });
}

for (const name of ['flow', 'balance']) {
  test.serial(`${name} finds a socket for every flow while one is there, and lets packets pass when none is`, (t) => {
    using program = loadAlone(programNamed(name));
    using sockets = openBareSockets(3);
    spreaders[name]?.(program, sockets);

    for (const [closed, verdict] of [
      [1, 'redirect'],
      [0, 'redirect'],
      [2, 'pass'],
    ] as const) {
      sockets.close(closed);
      for (const [title, packet] of Object.entries(ofFlows)) t.is(program.run(packet).verdict, verdict, title);
    }
  });
}

/** The requests of connections, and what is sent back for each. */
function connections(version: 4 | 6): readonly (readonly [Buffer, Buffer])[] {
  const [client, server] = version === 4 ? ['192.0.2.1', '192.0.2.80'] : ['2001:db8::1', '2001:db8::80'];
  return ['tcp', 'udp'].flatMap((protocol) =>
    Array.from({ length: 64 }, (_, at) => {
      const [there, back] = [
        { source: client, destination: server },
        { source: server, destination: client },
      ];
      const ports = { sourcePort: 20_000 + at, destinationPort: 443 };
      const reversed = { sourcePort: ports.destinationPort, destinationPort: ports.sourcePort };
      const common = { protocol: protocol as 'tcp' | 'udp' };
      return [ipPacket({ ...common, ...there, ...ports }), ipPacket({ ...common, ...back, ...reversed })] as const;
    }),
  );
}

const places = 4;

/** Where each program sends a packet, of four places; -1 for the stack. */
const placeOf: Readonly<Record<string, (program: LoneProgram, packet: Buffer) => number>> = {
  /** Only one of the places at a time has a processor. */
  cpumap({ mapFd, run }, packet) {
    const nobody = 63;
    setWords(mapFd('cpumap_chosen'), 0, places);
    return [...Array(places).keys()].findIndex((place) => {
      for (let at = 0; at < places; at++) setWords(mapFd('cpumap_chosen'), 1 + at, at === place ? 0 : nobody);
      return run(packet).verdict === 'redirect';
    });
  },
  balance(program, packet) {
    const { packets } = openBalancer(program);
    const counts = (): number[] => [...Array(places).keys()].map(packets);
    const before = counts();
    program.run(packet);
    return counts().findIndex((count, at) => count !== before[at]);
  },
};

for (const version of [4, 6] as const) {
  for (const [name, find] of Object.entries(placeOf)) {
    test.serial(`${name} sends both directions of a connection to one place, by IPv${version}`, (t) => {
      using program = loadAlone(programNamed(name));
      using sockets = openBareSockets(places);
      spreaders[name]?.(program, sockets);
      const seen = new Set<number>();

      for (const [request, reply] of connections(version)) {
        const place = find(program, request);
        t.is(find(program, reply), place);
        seen.add(place);
      }

      t.deepEqual([...seen].sort(), [0, 1, 2, 3]);
    });
  }

  test.serial(`both directions of a connection have one hash, and connections have others, by IPv${version}`, (t) => {
    using program = loadAlone(programNamed('metadata'));
    using sockets = openBareSockets(1);
    setQueueSocket(program, 0, sockets.fds[0] ?? -1, 'meta_xsks');
    const hashOf = (packet: Buffer): number => program.run(packet).packet.readUInt32LE(hashAt);

    const hashes = connections(version).map(([request, reply]) => [hashOf(request), hashOf(reply)] as const);

    for (const [there, back] of hashes) t.is(there, back);
    t.is(new Set(hashes.map(([hash]) => hash)).size, hashes.length);
  });
}

/** In what bpf/packet_metadata.h puts before a packet. */
const hashAt = 8;
