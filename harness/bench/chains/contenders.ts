/** What can carry packets through a chain of functions. */
export interface Contender {
  readonly name: ContenderName;
  readonly title: string;
  /** The program that has it, and its name there (`--transport`). */
  readonly program: 'hops' | 'hopsDpdk';
  readonly transport: string;
  /** Every stage on a queue of one device; each hop on a veth pair of its own; each stage on a virtual function of a NIC; or no device at all. */
  readonly devices: 'queues' | 'pairs' | 'vfs' | 'none';
  /** The sockets are bound in zero-copy mode. */
  readonly zeroCopy?: boolean;
  /** Each stage has memory of its own, so that a hop copies. */
  readonly separate?: boolean;
  /** The functions are XDP programs; processes are only at the ends. */
  readonly functionsInKernel?: boolean;
  /** Needs routes. */
  readonly routed?: boolean;
  /** Nothing holds a sender back: what there is no room for is dropped. */
  readonly drops?: boolean;
}

export const contenderNames = [
  'flash',
  'flash-copy',
  'veth',
  'vf',
  'vf-copy',
  'spsc',
  'memif',
  'ring',
  'xdp',
  'packet',
] as const;

export type ContenderName = (typeof contenderNames)[number];

export const contenders: readonly Contender[] = [
  { name: 'flash', title: 'FLASH, zero-copy', program: 'hops', transport: 'flash', devices: 'queues', routed: true },
  {
    name: 'flash-copy',
    title: 'FLASH, one copy',
    program: 'hops',
    transport: 'flash',
    devices: 'queues',
    routed: true,
    separate: true,
  },
  { name: 'veth', title: 'AF_XDP over veth', program: 'hops', transport: 'veth', devices: 'pairs', drops: true },
  {
    name: 'vf',
    title: 'AF_XDP over SR-IOV VFs',
    program: 'hops',
    transport: 'vf',
    devices: 'vfs',
    zeroCopy: true,
    drops: true,
  },
  {
    name: 'vf-copy',
    title: 'AF_XDP over SR-IOV VFs, copy mode',
    program: 'hops',
    transport: 'vf',
    devices: 'vfs',
    drops: true,
  },
  { name: 'spsc', title: 'user-space rings (SPSC)', program: 'hops', transport: 'spsc', devices: 'none' },
  { name: 'memif', title: 'DPDK memif', program: 'hopsDpdk', transport: 'memif', devices: 'none' },
  { name: 'ring', title: 'DPDK ring driver', program: 'hopsDpdk', transport: 'dpdk_ring', devices: 'none' },
  {
    name: 'xdp',
    title: 'XDP redirect over veth, no user space',
    program: 'hops',
    transport: 'veth',
    devices: 'pairs',
    functionsInKernel: true,
    drops: true,
  },
  {
    name: 'packet',
    title: 'AF_PACKET v3 over veth',
    program: 'hops',
    transport: 'af_packet',
    devices: 'pairs',
    drops: true,
  },
];

export function findContender(name: ContenderName): Contender {
  const found = contenders.find((contender) => contender.name === name);
  if (found === undefined) throw new Error(`there is no contender ${name}`);
  return found;
}
