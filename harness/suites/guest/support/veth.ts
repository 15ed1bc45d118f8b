import { readFileSync } from 'node:fs';
import { createNetns, deleteNetns, ipBatch } from '../../../host/netns.js';
import { inNetns } from '../../../ffi/netns.js';
import type { Device } from './device.js';

/**
 *   one fresh network namespace
 *  +-----------------------------+
 *  |  a ===== veth pair ===== b  |   as many queues on either side, no addresses, no IPv6:
 *  +-----------------------------+   what is on the wire was put there by the test
 */
export interface VethPair extends Device {
  readonly b: string;
}

export const usualQueues = 9;
let made = 0;

/** A pair for one test that changes it: attaches a program, takes it down or deletes it. */
export async function makeVeth(queues = usualQueues, queuesOfPeer = queues): Promise<VethPair> {
  const netns = `flash-test-${process.pid}-${made++}`;
  await createNetns(netns);
  const counts = (each: number): string => `numtxqueues ${each} numrxqueues ${each}`;
  await ipBatch(netns, [
    `link add name a ${counts(queues)} type veth peer name b ${counts(queuesOfPeer)}`,
    'link set dev a up',
    'link set dev b up',
  ]);
  return {
    netns,
    a: 'a',
    b: 'b',
    zeroCopy: false,
    packetsOnWire: async () => packetsOnWire(netns, 'a'),
    [Symbol.asyncDispose]: () => deleteNetns(netns),
  };
}

const txPacketsColumn = 9;
const txDroppedColumn = 11;

function packetsOnWire(netns: string, a: string): number {
  const devices = inNetns(netns, () => readFileSync('/proc/thread-self/net/dev', 'utf8'));
  const counters = new RegExp(`^\\s*${a}:\\s*(.*)$`, 'm').exec(devices)?.[1]?.split(/\s+/).map(Number);
  if (counters === undefined) throw new Error(`no device ${a} in ${netns}`);
  return (counters[txPacketsColumn] ?? 0) + (counters[txDroppedColumn] ?? 0);
}
