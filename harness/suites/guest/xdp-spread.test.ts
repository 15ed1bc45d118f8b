import test from 'ava';
import { openMap, u32Key } from '../../ffi/bpf-map.js';
import { programNamed } from '../../xdp/catalogue.js';
import { openBalancer, setFlowSockets } from '../../xdp/delivery.js';
import { openBareSockets, type BareSockets } from './support/bare-sockets.js';
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
