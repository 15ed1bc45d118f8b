import { createNetns, deleteNetns, ipBatch, readLinks } from '../../chain/netns.js';

/**
 *   one fresh network namespace
 *  +-----------------------------+
 *  |  a ===== veth pair ===== b  |   as many queues on either side, no addresses, no IPv6:
 *  +-----------------------------+   what is on the wire was put there by the test
 */
export interface VethPair extends AsyncDisposable {
  readonly netns: string;
  readonly a: string;
  readonly b: string;
}

let made = 0;

/** A pair for one test; a used one would keep its XDP program and its counters. */
export async function makeVeth(queues = 4): Promise<VethPair> {
  const netns = `flash-test-${process.pid}-${made++}`;
  await createNetns(netns);
  const counts = `numtxqueues ${queues} numrxqueues ${queues}`;
  await ipBatch(netns, [`link add name a ${counts} type veth peer name b ${counts}`, 'link set dev a up', 'link set dev b up']);
  return { netns, a: 'a', b: 'b', [Symbol.asyncDispose]: () => deleteNetns(netns) };
}

/** How many packets `a` gave to its wire, arrived or not. */
export async function packetsOnWire({ netns, a }: VethPair): Promise<number> {
  const { [a]: link } = await readLinks(netns);
  if (link === undefined) throw new Error(`no device ${a} in ${netns}`);
  return link.txPackets + link.txDropped;
}
