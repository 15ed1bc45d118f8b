import test from 'ava';
import { programNamed } from '../../xdp/catalogue.js';
import { openBalancer, type Balancer } from '../../xdp/delivery.js';
import { openBareSockets, type BareSockets } from './support/bare-sockets.js';
import { ipPacket } from './support/ip-packet.js';
import { loadAlone, type LoneProgram } from './support/test-run.js';

const [client, server] = ['192.0.2.1', '192.0.2.80'];
const flowCount = 256;

const packetOf = (flow: number): Buffer =>
  ipPacket({ source: client, destination: server, sourcePort: 20_000 + flow, destinationPort: 80 });

interface Balanced extends Disposable {
  readonly program: LoneProgram;
  readonly balancer: Balancer;
  readonly sockets: BareSockets;
  /** A packet of each flow; returns how many of them each replica gets. */
  readonly send: (flows?: Iterable<number>) => number[];
  readonly verdicts: () => Set<string>;
}

const allFlows = [...Array(flowCount).keys()];

/** Replicas that all get new flows, on queue 0. */
function balanceOver(replicas: readonly number[]): Balanced {
  const program = loadAlone(programNamed('balance'));
  const balancer = openBalancer(program);
  const sockets = openBareSockets(replicas.length);
  for (const [at, replica] of replicas.entries()) balancer.setSockets(replica, { 0: sockets.fds[at] ?? -1 });
  balancer.spreadOver(replicas);
  const counts = (): number[] => replicas.map(balancer.packets);
  const seen = new Set<string>();
  return {
    ...{ program, balancer, sockets },
    send(flows = allFlows) {
      const before = counts();
      for (const flow of flows) seen.add(program.run(packetOf(flow)).verdict);
      return counts().map((count, at) => count - (before[at] ?? 0));
    },
    verdicts: () => seen,
    [Symbol.dispose]() {
      sockets[Symbol.dispose]();
      program[Symbol.dispose]();
    },
  };
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

for (const count of [3, 16]) {
  test.serial(`the last of ${count} replicas gets every flow`, (t) => {
    using balanced = balanceOver([...Array(count).keys()]);
    const last = count - 2;
    t.is(sum(balanced.send()), flowCount);
    for (let at = 0; at < count; at++) if (at !== last) balanced.sockets.close(at);

    const after = balanced.send();

    t.is(after[last], flowCount);
    t.deepEqual([...balanced.verdicts()], ['redirect']);
  });
}

test.serial('flows for which the table names no replica that is there are spread over the others', (t) => {
  using balanced = balanceOver([...Array(16).keys()]);
  const alive = [3, 4];
  for (let at = 0; at < 16; at++) if (!alive.includes(at)) balanced.sockets.close(at);

  const counts = balanced.send();

  t.is(sum(counts), flowCount);
  for (const at of alive) t.true((counts[at] ?? 0) > flowCount / 4, `${counts}`);
});

test.serial('a replica that is to get no new flows keeps its own and gets none of those that lose theirs', (t) => {
  using balanced = balanceOver([0, 1, 2, 3]);
  const before = balanced.send();
  balanced.balancer.spreadOver([0, 1, 2]);
  for (const at of [0, 1]) balanced.sockets.close(at);

  const after = balanced.send();

  t.is(after[3], before[3]);
  t.is(after[2], flowCount - (before[3] ?? 0));
});

test.serial('packets pass if no replica is there', (t) => {
  using balanced = balanceOver([0, 1]);
  for (const at of [0, 1]) balanced.sockets.close(at);

  balanced.send();

  t.deepEqual([...balanced.verdicts()], ['pass']);
});
