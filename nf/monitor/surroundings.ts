import type { Chain, ChainFunction, MemorySize, SavedLeaving } from './chain-file.js';
import type { OwnerBytes } from './owner-bytes.js';
import type { SavedMemory } from './saved-memory.js';
import type { Identity } from './who.js';

/** A program that is connected, and how to talk to it. */
export interface Peer extends Identity {
  readonly pid: number;
  /** False if it does not take it. */
  readonly send: (data: Buffer, fds?: readonly number[]) => boolean;
  readonly close: () => void;
  /** Asks it to leave. False if it cannot be told. */
  readonly ask: () => boolean;
  /** False if it cannot be. */
  readonly kill: () => boolean;
}

/** Where a socket is bound. */
export interface Queue {
  readonly device: string;
  readonly queue: number;
  /** By which the device is known again if it has another name by now, or another one has its name. */
  readonly ifindex?: number | undefined;
}

/** A function's socket and memory. */
export interface Place {
  readonly socketFd: number;
  /** Its memory and, if functions share that, whose each frame is; none of who has them already. */
  readonly memoryFds: readonly number[];
  /** By which the socket is known again, whoever has it. */
  readonly cookie: string;
  /** Of its device, if that is known. */
  readonly ifindex?: number | undefined;
  /** Of a memory that functions share: the frames that lie on its RX and its completion ring. */
  readonly unconsumed: () => Iterable<number>;
  readonly close: () => void;
}

/** Memory that functions share. */
export interface SharedMemory {
  /** By which it is known again. */
  readonly id: string;
  readonly size: MemorySize;
  readonly owners: OwnerBytes;
  readonly fds: readonly number[];
  readonly close: () => void;
}

export interface Sharing {
  readonly memory: SharedMemory;
  /** Who has it already. */
  readonly others: readonly Place[];
}

/** Where packets of one index go; `stall` and `drop` say what becomes of those for a target that is not there. */
export type Target = Place | 'stall' | 'drop';

/** What the monitor does to the machine. Each may throw, which fails the request and nothing else. */
export interface World {
  /** `busy` if a socket has the queue, or had it a moment ago. */
  readonly open: (fn: ChainFunction, sharing?: Sharing) => Place | 'busy';
  /** A place that a function has kept while there was no monitor; undefined if it is not the one with the cookie. */
  readonly adopt: (
    fn: ChainFunction,
    fds: readonly number[],
    cookie: string,
    memory?: SharedMemory,
  ) => Place | undefined;
  /** All frames are nobody's. */
  readonly makeMemory: (size: MemorySize) => SharedMemory;
  /** One that functions have kept while there was no monitor; undefined if it is not among the descriptors. */
  readonly takeMemory: (id: string, size: MemorySize, fds: readonly number[]) => SharedMemory | undefined;
  readonly indexOf: (device: string) => number;
  /** Whether nobody has a socket on the queue, nor the kernel packets of one that has gone. */
  readonly isFree: (where: Queue) => boolean;
  /** No targets: onto the wire. */
  readonly setRoute: (source: Place, targets: readonly Target[]) => void;
  /** Nothing that is sent on it goes anywhere any more, whoever still has the socket. */
  readonly cut: (place: Place) => void;
  /** What the device receives, by queue. Queues that are not there go to the host. */
  readonly setInputs: (device: string, places: ReadonlyMap<number, Place>) => void;
  /** The device has no program of the monitor any more. */
  readonly disconnect: (device: string) => void;
  readonly save: (state: SavedState) => void;
  readonly log: (text: string) => void;
  readonly nowMs: () => number;
}

/** What another monitor needs to go on. */
export interface SavedState {
  readonly chain: Chain | undefined;
  readonly cookies: Readonly<Record<string, string>>;
  readonly memories?: Readonly<Record<string, SavedMemory>>;
  readonly leaving?: readonly SavedLeaving[];
}
