import { inNetns } from '../../ffi/netns.js';
import { openPacketSocket, type PacketSocket } from '../../ffi/packet-socket.js';
import { createNetns, deleteNetns, ipBatch } from '../../host/netns.js';
import type { Chain } from '../../../nf/monitor/chain-file.js';

/**
 *   netns flash-chain                  netns flash-chain-wires
 *  +-----------------------+          +-------------------------+
 *  |  [first]        eth0  |== veth ==|  eth0   packet sockets  |   such a pair for each
 *  |  queues 0..n          |          |  one queue              |   device of the file
 *  +-----------------------+          +-------------------------+
 *
 * What is sent at the far end arrives on queue 0, as that end has one queue. A packet that no function gets is
 * handed to the host, where another packet socket sees it.
 */
export interface ChainWires extends AsyncDisposable {
  readonly netns: string;
  readonly send: (device: string, frame: Buffer) => void;
  /** What has left the chain since the last time. */
  readonly arrived: () => readonly Arrival[];
}

export interface Arrival {
  readonly device: string;
  readonly where: 'wire' | 'host';
  readonly frame: Buffer;
}

export const etherType = 0x88b5;
const netns = 'flash-chain';
const farNetns = `${netns}-wires`;

export async function layWires(chain: Chain): Promise<ChainWires> {
  const queues = new Map<string, number>();
  for (const { device, queue } of Object.values(chain.functions))
    queues.set(device, Math.max(queues.get(device) ?? 0, queue + 1));
  const sockets: { readonly device: string; readonly where: Arrival['where']; readonly socket: PacketSocket }[] = [];
  const dispose = async (): Promise<void> => {
    for (const { socket } of sockets) socket[Symbol.dispose]();
    for (const name of [netns, farNetns]) await deleteNetns(name);
  };
  try {
    for (const name of [netns, farNetns]) await createNetns(name);
    const pair = (device: string, count: number): string =>
      `link add name ${device} numtxqueues ${count} numrxqueues ${count} type veth ` +
      `peer name ${device} numtxqueues 1 numrxqueues 1 netns ${farNetns}`;
    await ipBatch(
      netns,
      [...queues].flatMap(([device, count]) => [pair(device, count), `link set dev ${device} up`]),
    );
    await ipBatch(
      farNetns,
      [...queues.keys()].map((device) => `link set dev ${device} up`),
    );
    for (const device of queues.keys())
      for (const [where, name] of [
        ['wire', farNetns],
        ['host', netns],
      ] as const)
        sockets.push({ device, where, socket: inNetns(name, () => openPacketSocket(device, etherType)) });
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    netns,
    send: (device, frame) =>
      sockets.find((each) => each.device === device && each.where === 'wire')?.socket.send(frame),
    arrived: () =>
      sockets.flatMap(({ device, where, socket }) => {
        const arrivals: Arrival[] = [];
        for (let frame = socket.receive(); frame !== undefined; frame = socket.receive())
          arrivals.push({ device, where, frame });
        return arrivals;
      }),
    [Symbol.asyncDispose]: dispose,
  };
}
