import type { CompletionRing, FillRing, RxRing, TxRing } from './ring.js';
import type { Umem } from './umem.js';

export interface SocketOptions {
  /** Where the device is; the caller's own network namespace unless told. */
  readonly netns?: string;
  readonly ifname: string;
  readonly queue: number;
  readonly umem: Umem;
  /** Of a socket on another queue that has this memory already, and is bound. Somebody else may have opened it. */
  readonly umemOfFd?: number | undefined;
  /** Entries; 0 leaves the ring out. */
  readonly rxSize?: number;
  readonly txSize?: number;
  readonly fillSize?: number;
  readonly completionSize?: number;
  /** Bits of `bindFlag`; copy mode with need-wakeup unless told. Ignored when the UMEM is shared. */
  readonly bindFlags?: number;
  /** False leaves the socket unbound, until its `bind()`. */
  readonly bind?: boolean;
  /** For how long a queue that is busy is waited for, which holds up this thread. */
  readonly queueWaitMs?: number;
}

export interface Rings {
  /**
   * The rings of the pool: sockets on the same device and queue have the same ones, those of the
   * socket that opened first, which must close last.
   */
  readonly fill: FillRing;
  readonly completion: CompletionRing;
  readonly rx: RxRing;
  readonly tx: TxRing;
}

export interface PollResult {
  readonly readable: boolean;
  readonly writable: boolean;
  readonly error: boolean;
}

export interface XdpStatistics {
  readonly rx_dropped: number;
  readonly rx_invalid_descs: number;
  readonly tx_invalid_descs: number;
  readonly rx_ring_full: number;
  readonly rx_fill_ring_empty_descs: number;
  readonly tx_ring_empty_descs: number;
}

export interface XdpSocket extends Disposable {
  readonly fd: number;
  /** The cookie of its network namespace, which no other ever has. */
  readonly netns: bigint;
  /** Of its device, among those of the network namespace. */
  readonly ifindex: number;
  readonly queue: number;
  /** Equal for sockets of the same network namespace, device and queue, and no others. */
  readonly pool: string;
  readonly umem: Umem;
  readonly rings: Rings;
  /** `sendto()` with no data: asks the kernel to look at TX. Returns "ok" or the name of the errno. */
  readonly kick: (flags?: number) => string;
  /** The same in a thread of its own, for kernels that hold it up. Resolves once it has returned. */
  readonly kickInThread: () => Promise<number>;
  /** `recvfrom()` with no data. Returns "ok" or the name of the errno. */
  readonly receive: (flags?: number) => string;
  readonly poll: (events: number, timeoutMs: number) => PollResult;
  readonly statistics: () => XdpStatistics;
  readonly bind: () => void;
  readonly close: () => void;
  readonly closeInThread: () => Promise<void>;
}
