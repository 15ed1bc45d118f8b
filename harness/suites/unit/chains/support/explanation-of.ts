import { explain, type Explanation } from '../../../../chains/explain/explain.js';
import type { DeviceFacts, SocketFacts } from '../../../../chains/facts.js';
import type { ProcessFacts } from '../../../../chains/processes.js';
import { n0, ring, snapshot } from './built-facts.js';

export interface Scene {
  /** What socket 0 and others are like at both looks, or at the second alone. */
  readonly before?: readonly SocketFacts[];
  readonly now: readonly SocketFacts[];
  readonly devices?: readonly DeviceFacts[];
  readonly processes?: readonly ProcessFacts[];
}

/** What is said of the first socket. */
export function explanationOf({ now, before = now, devices = [n0], processes = [] }: Scene): Explanation {
  return explain(
    {
      before: snapshot(10, before, devices),
      now: snapshot(10.5, now, devices),
      processes: new Map(processes.map((each) => [each.pid, each])),
    },
    now[0] as SocketFacts,
  );
}

/** Packets wait on TX, and none is taken. */
export const waiting = { tx: ring(5, 100) };
/** Likewise, with a ring that asks for wake-ups. */
export const asking = { tx: ring(5, 100, { needsWakeup: true }) };
