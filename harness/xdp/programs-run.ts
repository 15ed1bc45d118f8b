import { programAfter, programOfId, type LinkInfo, type ProgramInfo } from '../ffi/bpf-link.js';
import { dispatcherName } from '../ffi/xdp-dispatcher.js';

/** A program that runs for a packet, and the link that holds it; 0 if there is none. */
export interface RunProgram extends ProgramInfo {
  readonly link: number;
}

/**
 * What runs when a device calls its XDP program, in that order: the programs in a dispatcher, or the program and those
 * that one calls after the other. Empty if it is gone.
 */
export function programsRunBy(programId: number, links: readonly LinkInfo[]): readonly RunProgram[] {
  const own = programOfId(programId);
  const inside = links
    .filter(({ kind, targetProgramId }) => kind === 'freplace' && targetProgramId === programId)
    .sort((a, b) => a.targetFunction - b.targetFunction);
  const link = links.find((each) => each.kind === 'xdp' && each.programId === programId)?.id ?? 0;
  if (own?.name !== dispatcherName || inside.length === 0) return chainOf(own).map((program) => ({ ...program, link }));
  return inside.flatMap((each) => {
    const program = programOfId(each.programId);
    return program === undefined ? [] : [{ ...program, link: each.id }];
  });
}

/** The programs that were attached alone, each of which calls the next. */
function chainOf(head: ProgramInfo | undefined): ProgramInfo[] {
  const chain: ProgramInfo[] = [];
  // Others than ours may call themselves.
  for (let next = head; next !== undefined && !chain.some(({ id }) => id === next?.id); next = programAfter(next.id))
    chain.push(next);
  return chain;
}
