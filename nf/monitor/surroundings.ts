import type { Chain, ChainFunction } from './chain-file.js';
import type { Identity } from './who.js';

/** A program that is connected, and how to talk to it. */
export interface Peer extends Identity {
  readonly pid: number;
  /** False if it does not take it. */
  readonly send: (data: Buffer, fds?: readonly number[]) => boolean;
  readonly close: () => void;
  /** False if it cannot be. */
  readonly kill: () => boolean;
}

/** A function's socket and UMEM. */
export interface Place {
  readonly socketFd: number;
  readonly umemFd: number;
  /** By which the socket is known again, whoever has it. */
  readonly cookie: string;
  readonly close: () => void;
}

/** Where packets of one index go; `stall` and `drop` say what becomes of those for a target that is not there. */
export type Target = Place | 'stall' | 'drop';

/** What the monitor does to the machine. Each may throw, which fails the request and nothing else. */
export interface World {
  /** `busy` if a socket has the queue, or had it a moment ago. */
  readonly open: (fn: ChainFunction) => Place | 'busy';
  /** A place that a function has kept while there was no monitor; undefined if it is not the one with the cookie. */
  readonly adopt: (fn: ChainFunction, fds: readonly number[], cookie: string) => Place | undefined;
  /** No targets: onto the wire. */
  readonly setRoute: (source: Place, targets: readonly Target[]) => void;
  /** Nothing that is sent on it goes anywhere any more, whoever still has the socket. */
  readonly cut: (place: Place) => void;
  /** What the device receives, by queue. Queues that are not there go to the host. */
  readonly setInputs: (device: string, places: ReadonlyMap<number, Place>) => void;
  readonly save: (state: SavedState) => void;
  readonly log: (text: string) => void;
  readonly nowMs: () => number;
}

/** What another monitor needs to go on. */
export interface SavedState {
  readonly chain: Chain | undefined;
  readonly cookies: Readonly<Record<string, string>>;
}
