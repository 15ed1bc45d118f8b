import type { FlashStats } from '../flash/registry.js';
import type { NicModel } from '../nics/model.js';
import type { PingResult, TcpResult, UdpResult } from './traffic.js';

export interface HopReport {
  readonly from: string;
  readonly to: string;
  /** Packets the kernel moved from the one to the other. */
  readonly redirected: number;
  /** Of those, the ones whose bytes were copied. */
  readonly copied: number;
  readonly dropped: number;
  readonly bytes: number;
}

/** A step between a device and a socket: the two ends of a chain. */
export interface WireReport {
  readonly from: string;
  readonly to: string;
  readonly packets: number;
  readonly bytes: number;
  /** By cause; only those that happened. */
  readonly drops: Readonly<Record<string, number>>;
}

/** One direction of a wire that counts by itself, beside the only one that has a reason to send there. */
export interface CarriedReport {
  readonly from: string;
  readonly to: string;
  readonly frames: number;
  readonly sender: string;
  readonly sent: number;
}

export interface SocketReport {
  readonly name: string;
  readonly flashId: number;
  readonly umem: number;
  readonly rxPackets: number;
  readonly txPackets: number;
  readonly filteredPackets: number;
  readonly zeroCopyDriver: boolean;
  readonly stats: FlashStats;
}

export interface UmemReport {
  readonly umem: number;
  readonly frames: number;
  /** Frames accounted for before the traffic and after it. */
  readonly start: number;
  readonly end: number;
  readonly stashed: number;
}

export interface ChainReport {
  readonly ok: boolean;
  /** Why it is not ok, as sentences. */
  readonly problems: readonly string[];
  readonly kernel: string;
  readonly seconds: number;
  readonly sharedUmem: boolean;
  /** The NIC whose driver serves the sockets in zero-copy mode, if one does. */
  readonly nic?: NicModel;
  readonly hops: readonly HopReport[];
  readonly wires: readonly WireReport[];
  readonly carried: readonly CarriedReport[];
  readonly umems: readonly UmemReport[];
  readonly sockets: readonly SocketReport[];
  readonly traffic: { readonly ping: PingResult; readonly tcp: TcpResult; readonly udp: UdpResult };
}

/** Counters at one moment, for a picture of what goes on. */
export interface LiveSample {
  readonly seconds: number;
  readonly hops: readonly { readonly from: string; readonly to: string; readonly packets: number }[];
  readonly wires: readonly { readonly from: string; readonly to: string; readonly packets: number; readonly bytes: number }[];
}

export type ChainEvent =
  | { readonly kind: 'phase'; readonly phase: string }
  | { readonly kind: 'sample'; readonly sample: LiveSample }
  | { readonly kind: 'report'; readonly report: ChainReport };
