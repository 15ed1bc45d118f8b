import { findSocket, type SocketFacts } from '../facts.js';
import { caseOf, isStuck, onlyReceives, sentBetween, takenBetween, type Finding, type Looks } from './case.js';
import { findCauses } from './causes.js';

/** Whether a socket moves, and what holds it up. */
export interface Explanation {
  readonly socket: SocketFacts;
  readonly moves: boolean;
  /** Packets the kernel took from TX between the looks; undefined if that cannot be known. */
  readonly sent: number | undefined;
  /** Packets its program took from RX between the looks; undefined if that cannot be known. */
  readonly taken: number | undefined;
  readonly seconds: number;
  readonly findings: readonly Finding[];
  /** Of a target that holds it up and is held up itself. */
  readonly because?: Explanation;
}

export function explain(looks: Looks, socket: SocketFacts, seen: ReadonlySet<string> = new Set()): Explanation {
  const each = caseOf(looks, socket);
  const sent = sentBetween(each);
  const findings = findCauses(each);
  const because = findings
    .filter(({ cause }) => cause === 'rx-full' || cause === 'fill-empty')
    .map(({ about }) => about && findSocket(looks.now, about))
    .find((target) => target !== undefined && !seen.has(target.cookie) && isStuck(caseOf(looks, target)));
  return {
    ...{ socket, sent, taken: takenBetween(each), findings, seconds: each.seconds },
    moves: (sent ?? 0) > 0 || onlyReceives(each),
    ...(because !== undefined &&
      because.cookie !== socket.cookie && { because: explain(looks, because, new Set([...seen, socket.cookie])) }),
  };
}
