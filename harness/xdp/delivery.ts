import { FlashError } from '../errors.js';
import { libbpf } from '../ffi/libbpf.js';
import { openMap, openPerCpuMap, u32Key } from '../ffi/bpf-map.js';
import { xdpVerdicts, type XdpVerdict } from '../ffi/bpf-test-run.js';
import { checkResult } from '../ffi/native-error.js';
import type { Attachment } from './attachment.js';
import { maglevTable, maglevSize } from './maglev.js';

/*
 * What the programs of bpf/ that deliver packets are told. The index of a device is one of the network namespace of
 * who writes it to a devmap.
 */

type Maps = Pick<Attachment, 'mapFd'>;

const setWord = (fd: number, key: number, value: number): void =>
  void checkResult(`writing ${value} for ${key}`, libbpf.updateBytes(fd, u32Key(key), u32Key(value), 0));

const words = (...values: readonly number[]): Buffer => Buffer.concat(values.map(u32Key));

/** xdp_verdict, which lets packets pass until it is told: 0 stands for that. */
export function setVerdict({ mapFd }: Maps, verdict: XdpVerdict): void {
  setWord(mapFd('verdict'), 0, 1 + xdpVerdicts.indexOf(verdict));
}

/** xdp_redirect_if */
export function setRedirectIf({ mapFd }: Maps, ifindex: number): void {
  setWord(mapFd('redirect_if'), 0, ifindex);
}

/** xdp_redirect_map */
export function setRedirect({ mapFd }: Maps, from: number, to: number): void {
  openMap({ fd: mapFd('redirect_devs'), keyBytes: 4, valueBytes: 8 }).set(u32Key(from), words(to, 0));
}

const broadcastDevices = 64;

/** xdp_broadcast: a device more, unless it is there. */
export function addBroadcast({ mapFd }: Maps, ifindex: number): void {
  const devices = openMap({ fd: mapFd('broadcast_devs'), keyBytes: 4, valueBytes: 8 });
  const there = devices.entries();
  if (there.some(([, value]) => value.readUInt32LE(0) === ifindex)) return;
  const taken = new Set(there.map(([key]) => key.readUInt32LE(0)));
  const free = Array.from({ length: broadcastDevices }, (_, at) => at).find((at) => !taken.has(at));
  if (free === undefined) {
    throw new FlashError('usage', `broadcast has ${broadcastDevices} devices already`, {
      advice: 'that is as many as it takes',
    });
  }
  devices.set(u32Key(free), words(ifindex, 0));
}

/** The same for all devices at once: no others are there afterwards. */
export function setBroadcast({ mapFd }: Maps, ifindexes: readonly number[]): void {
  for (const ifindex of ifindexes) addBroadcast({ mapFd }, ifindex);
  const devices = openMap({ fd: mapFd('broadcast_devs'), keyBytes: 4, valueBytes: 8 });
  for (const [key, value] of devices.entries()) if (!ifindexes.includes(value.readUInt32LE(0))) devices.delete(key);
}

const cpuQueueSize = 512;
/** Of the maps in xdp_cpumap. */
export const mostProcessors = 64;

/** xdp_cpumap: flows are spread over these processors, and go on to a device from there, or to the stack. */
export function useProcessors(
  attachment: Pick<Attachment, 'mapFd' | 'programs'>,
  processors: readonly { readonly cpu: number; readonly ifindex?: number }[],
): void {
  const { mapFd, programs } = attachment;
  const onCpu = programs.find(({ name }) => name === 'cpumap')?.programFd('xdp_on_cpu') ?? -1;
  const cpus = openMap({ fd: mapFd('cpumap_cpus'), keyBytes: 4, valueBytes: 8 });
  for (const [at, { cpu, ifindex }] of processors.entries()) {
    cpus.set(u32Key(cpu), words(cpuQueueSize, onCpu));
    setWord(mapFd('cpumap_chosen'), 1 + at, cpu);
    if (ifindex !== undefined) setWord(mapFd('cpumap_devs'), cpu, ifindex);
    // One that it had before would still get the packets that are for the stack now.
    else checkResult(`taking the device from processor ${cpu}`, libbpf.deleteBytes(mapFd('cpumap_devs'), u32Key(cpu)));
  }
  // Last: by then there is where packets can go.
  setWord(mapFd('cpumap_chosen'), 0, processors.length);
}

/** xsk_redirect, or xdp_metadata. */
export function setQueueSocket({ mapFd }: Maps, queue: number, fd: number, map = 'xsks'): void {
  setWord(mapFd(map), queue, fd);
}

const socketsOfQueue = 16;
/** Of xdp_balance, which has a socket of each on each queue. */
export const mostReplicas = socketsOfQueue;

/** xsk_flow: the flows of a queue are spread over sockets that are bound to it. */
export function setFlowSockets({ mapFd }: Maps, queue: number, fds: readonly number[]): void {
  if (fds.length > socketsOfQueue) throw new RangeError(`${fds.length} sockets on a queue; ${socketsOfQueue} at most`);
  for (const [at, fd] of fds.entries()) setWord(mapFd('flow_xsks'), queue * socketsOfQueue + at, fd);
  setWord(mapFd('flow_sockets'), queue, fds.length);
}

export interface Balancer {
  /** A replica by its number, below 16, with the socket that its chain begins with on each queue. */
  readonly setSockets: (replica: number, fds: Readonly<Record<number, number>>) => void;
  /** Those that get new flows. */
  readonly spreadOver: (replicas: readonly number[]) => void;
  readonly packets: (replica: number) => number;
}

/** xdp_balance */
export function openBalancer({ mapFd }: Maps): Balancer {
  const packets = openPerCpuMap({ fd: mapFd('lb_packets'), keyBytes: 4, valueBytes: 8 });
  return {
    setSockets(replica, fds) {
      for (const [queue, fd] of Object.entries(fds))
        setWord(mapFd('lb_xsks'), Number(queue) * socketsOfQueue + replica, fd);
    },
    spreadOver(replicas) {
      const table = maglevTable(replicas);
      for (let replica = 0; replica < socketsOfQueue; replica++)
        setWord(mapFd('lb_spread'), replica, Number(replicas.includes(replica)));
      for (let slot = 0; slot < maglevSize; slot++) setWord(mapFd('lb_table'), slot, table[slot] ?? noReplica);
    },
    packets: (replica) => Number(packets.sum(u32Key(replica))?.[0] ?? 0),
  };
}

const noReplica = 0xffffffff;
