import { inNetnsOf } from '../../../ffi/netns.js';
import { openSockets, poolName } from '../../../ffi/umem-sockets.js';
import type { Umem } from '../../../ffi/umem.js';
import { listSockets } from '../../../flash/registry.js';
import { framesWithDrivers } from './driver-frames.js';

export interface FrameAudit {
  readonly frames: number;
  /** Frames found in exactly one place. */
  readonly found: number;
  /** What the kernel says it keeps outside every ring. */
  readonly stashed: number;
  /** What drivers have for packets from the wire. */
  readonly withDrivers: number;
  /** Frames in more than one place, with the places. */
  readonly duplicated: readonly string[];
  /** Frames in no place the test can see. */
  readonly missing: readonly number[];
}

export interface AuditOptions {
  /** Its driver has given the frames of its hardware rings back to the pools, where they count as stashed. */
  readonly deviceIsDown?: boolean;
}

/**
 * Looks for every frame of a UMEM: with the test, and on the rings of every socket that shares it.
 * Nothing may be moving meanwhile. Frames the kernel and its drivers keep are missing here and
 * counted there: a sound UMEM has as many of the one as of the other.
 */
export function auditFrames(umem: Umem, { deviceIsDown = false }: AuditOptions = {}): FrameAudit {
  const places = new Map<number, string[]>();
  const see = (place: string, addresses: readonly number[]): void => {
    for (const address of addresses)
      places.set(umem.frameOf(address), [...(places.get(umem.frameOf(address)) ?? []), place]);
  };
  const sockets = openSockets(umem);
  see('free', umem.freeFrames);
  const pools = new Set<string>();
  for (const { fd, pool, rings } of sockets) {
    see(
      `socket ${fd} RX`,
      rings.rx.peek().map(({ addr }) => addr),
    );
    see(
      `socket ${fd} TX`,
      rings.tx.peek().map(({ addr }) => addr),
    );
    if (pools.has(pool)) continue;
    pools.add(pool);
    see(`pool ${pool} fill`, rings.fill.peek());
    see(`pool ${pool} completion`, rings.completion.peek());
  }
  const duplicated = [...places]
    .filter(([, seen]) => seen.length > 1)
    .map(([address, seen]) => `${address}: ${seen.join(', ')}`);
  return {
    frames: umem.frameCount,
    found: places.size - duplicated.length,
    stashed: stashedFor(sockets),
    withDrivers: deviceIsDown ? 0 : framesWithDrivers(umem),
    duplicated,
    missing: umem.frames.filter((address) => !places.has(address)),
  };
}

/** What is wrong, as a sentence; undefined when every frame is in exactly one place. */
export function auditProblem(umem: Umem, options: AuditOptions = {}): string | undefined {
  const { frames, found, stashed, withDrivers, duplicated, missing } = auditFrames(umem, options);
  if (duplicated.length > 0) return `frames in two places: ${duplicated.join('; ')}`;
  if (found + stashed + withDrivers === frames) return undefined;
  return `${found} of ${frames} frames found, ${stashed} stashed and ${withDrivers} with drivers; missing ${missing.join(', ')}`;
}

/** The same for several, one sentence for each that is not sound. */
export function auditProblems(umems: readonly Umem[]): string[] {
  return umems.map((umem) => auditProblem(umem)).filter((problem) => problem !== undefined);
}

const settleMs = 2000;

/**
 * The same, of a source that waits meanwhile: now and then the kernel looks whether its packet fits,
 * and has frames in its hands for that moment.
 */
export async function auditWaiting(umems: readonly Umem[]): Promise<string[]> {
  const endMs = Date.now() + settleMs;
  let problems = auditProblems(umems);
  while (problems.length > 0 && Date.now() < endMs) {
    await new Promise(setImmediate);
    problems = auditProblems(umems);
  }
  return problems;
}

/** What is in the stash of each pool. The kernel shows who looks from a network namespace the sockets of that one. */
function stashedFor(sockets: ReturnType<typeof openSockets>): number {
  const pools = new Set(sockets.map(({ pool }) => pool));
  const counted = new Map<string, number>();
  for (const [netns, fd] of new Map(sockets.map(({ netns, fd }) => [netns, fd]))) {
    for (const { pid, ifindex, qid, stats } of inNetnsOf(fd, listSocketsIfAny)) {
      const pool = poolName({ netns, ifindex, queue: qid });
      if (pid === process.pid && pools.has(pool)) counted.set(pool, stats['stashed'] ?? 0);
    }
  }
  return [...counted.values()].reduce((sum, count) => sum + count, 0);
}

function listSocketsIfAny(): ReturnType<typeof listSockets> {
  try {
    return listSockets();
  } catch {
    return [];
  }
}
