import type { FlashStats } from '../flash/registry.js';

/** What is known of the AF_XDP sockets of a machine at one moment. */
export interface Snapshot {
  /** Of a clock that only goes forward. */
  readonly seconds: number;
  readonly sockets: readonly SocketFacts[];
  readonly devices: readonly DeviceFacts[];
}

export interface SocketFacts {
  readonly id: number;
  /** Never used again, unlike the id. */
  readonly cookie: string;
  /** Who created it. */
  readonly program: string;
  readonly pid: number;
  /** Who has its rings mapped, if that can be seen. */
  readonly holders: readonly number[];
  /** The name of its network namespace; undefined for that of the reader, and where it is not known. */
  readonly netns?: string;
  /** Equal for sockets with the same fill and completion ring. */
  readonly pool: string;
  readonly ifindex: number;
  readonly ifname?: string;
  readonly queue: number;
  readonly umem: number;
  readonly frames?: { readonly count: number; readonly bytes: number };
  /** A driver works in its UMEM. */
  readonly zeroCopy?: boolean;
  /** The targets by index, null for one that has left; empty if it sends on its device. One not seen has no cookie. */
  readonly route: readonly (SocketKey | null)[];
  readonly stats: FlashStats;
  readonly rings: Rings;
}

/** Which socket it is, whatever becomes of its id. */
export interface SocketKey {
  readonly id: number;
  readonly cookie: string;
}

export const ringNames = ['rx', 'tx', 'fill', 'completion'] as const;
export type RingName = (typeof ringNames)[number];

/** Those that are there and can be read. */
export type Rings = Readonly<Partial<Record<RingName, RingFacts>>>;

export interface RingFacts {
  readonly size: number;
  /** Entries that are published and not consumed; more than the size if its program wrote nonsense. */
  readonly used: number;
  /** Indices, which run over all of u32. */
  readonly producer: number;
  readonly consumer: number;
  readonly needsWakeup: boolean;
}

export interface DeviceFacts {
  readonly netns?: string;
  readonly ifindex: number;
  readonly ifname: string;
  readonly up: boolean;
  /** In each mode that has one. */
  readonly xdp: readonly XdpFacts[];
}

/** The XDP program that a device calls. */
export interface XdpFacts {
  readonly mode: string;
  readonly id: number;
  readonly name?: string;
  /** What runs then, in that order: it and those after it, or those in a dispatcher. Empty if that cannot be known. */
  readonly runs: readonly { readonly id: number; readonly name: string }[];
}

/** The socket with that cookie. */
export function findSocket({ sockets }: Snapshot, key: SocketKey | null): SocketFacts | undefined {
  return key === null || key.cookie === '' ? undefined : sockets.find(({ cookie }) => cookie === key.cookie);
}

export function deviceOf({ devices }: Snapshot, { netns, ifindex }: SocketFacts): DeviceFacts | undefined {
  return devices.find((device) => device.netns === netns && device.ifindex === ifindex);
}

/** `n0`, or `blue/n0` in another network namespace. */
export function deviceLabel({ netns, ifname }: DeviceFacts): string {
  return netns === undefined ? ifname : `${netns}/${ifname}`;
}

/** How far an index has moved. */
export function moved(before: number, now: number): number {
  return (now - before) >>> 0;
}

/** Programs name themselves as they like, also in ways that a terminal obeys. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?');
}

/** `nf1/1201`: whose it is. */
export function programLabel({ program, pid }: SocketFacts): string {
  return pid === 0 ? program : `${program}/${pid}`;
}

/** `n0:0`, or `blue/n0:0` in another network namespace. */
export function placeLabel({ netns, ifname, ifindex, queue }: SocketFacts): string {
  if (ifindex < 0) return 'unbound';
  const device = `${ifname ?? `#${ifindex}`}:${queue}`;
  return netns === undefined ? device : `${netns}/${device}`;
}

/** `0 nf1/1201 n0:0` */
export function socketLabel(socket: SocketFacts): string {
  return `${socket.id} ${programLabel(socket)} ${placeLabel(socket)}`;
}
