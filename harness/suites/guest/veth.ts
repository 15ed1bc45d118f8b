import { readFileSync } from 'node:fs';
import { createNetns, deleteNetns, ipBatch } from '../../chain/netns.js';
import { inNetns } from '../../ffi/netns.js';

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

const queues = 9;
let made = 0;

/** A pair for one test that changes it: attaches a program, takes it down or deletes it. */
export async function makeVeth(): Promise<VethPair> {
  const netns = `flash-test-${process.pid}-${made++}`;
  await createNetns(netns);
  const counts = `numtxqueues ${queues} numrxqueues ${queues}`;
  await ipBatch(netns, [`link add name a ${counts} type veth peer name b ${counts}`, 'link set dev a up', 'link set dev b up']);
  return { netns, a: 'a', b: 'b', [Symbol.asyncDispose]: () => deleteNetns(netns) };
}

const idle: VethPair[] = [];

/**
 * A pair that only carries sockets, and goes to the next test: an emulated processor takes seconds
 * to make one. Its counters go on from what they were.
 */
export async function borrowVeth(): Promise<VethPair> {
  const pair = idle.pop() ?? (await makeVeth());
  return { ...pair, [Symbol.asyncDispose]: async () => void idle.push(pair) };
}

/** For the end of the last test. */
export async function deleteIdleVeths(): Promise<void> {
  for (const pair of idle.splice(0)) await pair[Symbol.asyncDispose]();
}

const txPacketsColumn = 9;
const txDroppedColumn = 11;

/** How many packets `a` gave to its wire, arrived or not. */
export function packetsOnWire({ netns, a }: VethPair): number {
  const devices = inNetns(netns, () => readFileSync('/proc/thread-self/net/dev', 'utf8'));
  const counters = new RegExp(`^\\s*${a}:\\s*(.*)$`, 'm').exec(devices)?.[1]?.split(/\s+/).map(Number);
  if (counters === undefined) throw new Error(`no device ${a} in ${netns}`);
  return (counters[txPacketsColumn] ?? 0) + (counters[txDroppedColumn] ?? 0);
}
