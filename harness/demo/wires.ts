import type { WireCounters } from '../nics/control.js';
import type { OwnModel } from '../nics/model.js';

export interface Namespaces {
  readonly client: string;
  readonly middle: string;
  readonly server: string;
}

/** What n0 and c0, and n1 and s0, are made of. */
export interface Wires {
  /** The NIC whose driver serves the sockets in zero-copy mode. Without one, packets are copied from and to a wire. */
  readonly nic?: OwnModel;
  /** Puts the four devices into their namespaces. */
  readonly lay: (netns: Namespaces) => Promise<void>;
  /** Resolves when packets can pass, also once programs were attached. */
  readonly ready?: () => Promise<void>;
  /** Does something while no driver has frames ready for packets from the wire: while n0 and n1 are down. */
  readonly withoutHeldFrames?: <T>(work: () => Promise<T>) => Promise<T>;
  /** What passed from n0 to c0 and back, and from n1 to s0 and back, as the wires themselves counted. */
  readonly counters?: () => Promise<readonly WireCounters[]>;
}
