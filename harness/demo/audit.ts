import { framePlaces, type FunctionStatus } from './functions.js';
import { socketName, type ChainSocket } from './routes.js';

/** Where the frames of one UMEM are. */
export interface UmemAudit {
  readonly umem: number;
  /** How many frames the UMEM has. */
  readonly frames: number;
  /** How many are somewhere: at the functions, on a ring, or kept by the kernel outside every ring. */
  readonly accounted: number;
  /** Of those, the ones kept by the kernel. */
  readonly stashed: number;
  /** Frames that are in two places at once, as `address: place, place`. */
  readonly duplicated: readonly string[];
}

/**
 * Looks for every frame of every UMEM in all the places the functions see, and adds what the kernel
 * says it keeps. The functions must be at rest, or a frame may move between two looks.
 */
export function auditFrames(
  statuses: readonly FunctionStatus[],
  sockets: readonly ChainSocket[],
  stashedOf: (flashId: number) => number,
): UmemAudit[] {
  const umems = [...new Set(sockets.map(({ umem }) => umem))].sort((a, b) => a - b);
  return umems.map((umem) => {
    const sharing = sockets.filter((socket) => socket.umem === umem);
    const places = placesByAddress(statuses, new Set(sharing.map(({ name }) => name)));
    const stashed = sharing.reduce((sum, { flashId }) => sum + stashedOf(flashId), 0);
    const duplicated = [...places]
      .filter(([, seen]) => seen.length > 1)
      .map(([address, seen]) => `${address}: ${seen.join(', ')}`);
    const frames = statuses.find(({ name }) => name === sharing[0]?.functionName)?.frameCount ?? 0;
    return { umem, frames, accounted: places.size + stashed, stashed, duplicated };
  });
}

function placesByAddress(statuses: readonly FunctionStatus[], names: ReadonlySet<string>): Map<number, string[]> {
  const places = new Map<number, string[]>();
  for (const { name, ports } of statuses) {
    for (const port of ports) {
      const socket = socketName(name, port.direction);
      if (!names.has(socket)) continue;
      for (const place of framePlaces) {
        for (const address of port.frames[place])
          places.set(address, [...(places.get(address) ?? []), `${socket} ${place}`]);
      }
    }
  }
  return places;
}

/** What is wrong with an audit, as sentences; nothing when every frame is in exactly one place. */
export function auditProblems(audits: readonly UmemAudit[], when: string): string[] {
  return audits.flatMap(({ umem, frames, accounted, duplicated }) => [
    ...(accounted === frames
      ? []
      : [`${when}, ${accounted} of the ${frames} frames of UMEM ${umem} are accounted for`]),
    ...duplicated.map((where) => `${when}, a frame of UMEM ${umem} is in two places: ${where}`),
  ]);
}
