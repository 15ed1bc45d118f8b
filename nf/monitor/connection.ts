import type { Peer } from './surroundings.js';

/** What the monitor hears of a program: messages, and the end of its process. */
export interface Connection {
  /** None of a program that does not join. */
  readonly fd: number | undefined;
  readonly pidfd: number | undefined;
  readonly peer: Peer;
  heardMs: number;
  closed: boolean;
}
