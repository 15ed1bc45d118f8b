import { createNetns, deleteNetns, ipBatch, runIn } from '../host/netns.js';
import { vethWires } from './veth-wires.js';
import type { Namespaces, Wires } from './wires.js';

/**
 *   netns client          netns middle                                           netns server
 *  +------------+        +----------------------------------------------+       +------------+
 *  |            |        |  n0:0          n0:2          n1:1            |       |            |
 *  |  10.77.0.1 |        |  [nf1 fwd] --> [nf2 fwd] --> [nf3 fwd]       |       |  10.77.0.2 |
 *  |         c0 |== n0 ==|                                              |== n1 =| s0         |
 *  |            |        |  [nf1 rev] <-- [nf2 rev] <-- [nf3 rev]       |       |            |
 *  |            |        |  n0:1          n1:2          n1:0            |       |            |
 *  +------------+        +----------------------------------------------+       +------------+
 *
 * ==  a veth pair, or two ports of emulated NICs and the wire between them. n0 and n1 have three
 *     queues: what comes from a wire arrives on queue 0, and the other queues are only places to
 *     bind a socket to.
 * --> a FLASH route: what the left socket puts on TX appears on the right one's RX.
 *
 * n0 and n1 have no addresses and nothing forwards between them. The first socket of a direction
 * receives from its wire, the last one transmits on its wire because nobody routed it elsewhere.
 */
export interface Place {
  readonly ifname: 'n0' | 'n1';
  readonly queue: number;
}

export interface ChainFunction {
  readonly name: string;
  readonly forward: Place;
  readonly reverse: Place;
  readonly dropUdpPort?: number;
}

export const filteredUdpPort = 9;
export const clientAddress = '10.77.0.1';
export const serverAddress = '10.77.0.2';

export const chainFunctions: readonly ChainFunction[] = [
  { name: 'nf1', forward: { ifname: 'n0', queue: 0 }, reverse: { ifname: 'n0', queue: 1 } },
  {
    name: 'nf2',
    forward: { ifname: 'n0', queue: 2 },
    reverse: { ifname: 'n1', queue: 2 },
    dropUdpPort: filteredUdpPort,
  },
  { name: 'nf3', forward: { ifname: 'n1', queue: 1 }, reverse: { ifname: 'n1', queue: 0 } },
];

export interface Topology extends Namespaces, AsyncDisposable {
  readonly wires: Wires;
}

/** Builds the three namespaces and the two wires; disposing removes them. */
export async function buildTopology(tag: string, wires: Wires = vethWires): Promise<Topology> {
  const names = { client: `${tag}-client`, middle: `${tag}-middle`, server: `${tag}-server` };
  const remove = async (): Promise<void> => {
    for (const name of Object.values(names)) await deleteNetns(name);
  };
  try {
    for (const name of Object.values(names)) await createNetns(name);
    await wires.lay(names);
    await ipBatch(names.middle, ['link set n0 up', 'link set n1 up']);
    await setUpEnd(names.client, 'c0', clientAddress);
    await setUpEnd(names.server, 's0', serverAddress);
  } catch (error) {
    await remove();
    throw error;
  }
  return { ...names, wires, [Symbol.asyncDispose]: remove };
}

/** Without offloads every frame carries its real checksums and is no longer than the MTU says. */
async function setUpEnd(netns: string, ifname: string, address: string): Promise<void> {
  await runIn(netns, 'ethtool', ['-K', ifname, 'tx', 'off', 'tso', 'off', 'gso', 'off', 'gro', 'off']);
  await ipBatch(netns, ['link set lo up', `addr add ${address}/24 dev ${ifname}`, `link set ${ifname} up`]);
}
