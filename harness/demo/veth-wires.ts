import { ipBatch } from '../host/netns.js';
import type { Namespaces, Wires } from './wires.js';

/** Pairs of virtual devices. A redirect and a wire are all there is: no driver keeps frames. */
export const vethWires: Wires = {
  async lay({ client, middle, server }: Namespaces) {
    await ipBatch(middle, [...wire('n0', 'c0', client), ...wire('n1', 's0', server)]);
  },
};

function wire(near: string, far: string, farNetns: string): string[] {
  const queues = (count: number): string => `numtxqueues ${count} numrxqueues ${count}`;
  return [`link add ${near} ${queues(3)} type veth peer name ${far} ${queues(1)} netns ${farNetns}`];
}
