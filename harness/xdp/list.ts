import { readFileSync } from 'node:fs';
import { listLinks, programAfter, programOfId, queryXdp, type ProgramInfo, type XdpOnDevice } from '../ffi/bpf-link.js';
import { dispatcherName } from '../ffi/xdp-dispatcher.js';
import { libc } from '../ffi/libc.js';
import { listPins, pinnedLinks } from './pins.js';

export interface ListedDevice {
  readonly ifname: string;
  readonly mode: XdpOnDevice['mode'];
  /** In the order they run. */
  readonly programs: readonly { readonly name: string; readonly id: number; readonly pinnedAs: readonly string[] }[];
}

/** Those of the network namespace of this thread, which /sys need not show. */
function devicesHere(): string[] {
  const lines = readFileSync('/proc/thread-self/net/dev', 'utf8').split('\n');
  return lines.flatMap((line) => /^\s*(\S+):/.exec(line)?.[1] ?? []).sort();
}

/** The XDP programs on the devices of this network namespace. */
export function listXdp(): ListedDevice[] {
  const links = listLinks();
  const pins = listPins().map((name) => ({ name, ids: pinnedLinks(name) }));
  const pinnedAs = (id: number): string[] => pins.filter(({ ids }) => ids.includes(id)).map(({ name }) => name);
  return devicesHere().flatMap((ifname) => {
    const ifindex = libc.ifNameToIndex(ifname) as number;
    const there = ifindex === 0 ? undefined : queryXdp(ifindex);
    if (there === undefined) return [];
    const own = programOfId(there.programId);
    const inside = links
      .filter(({ kind, targetProgramId }) => kind === 'freplace' && targetProgramId === there.programId)
      .sort((a, b) => a.targetFunction - b.targetFunction);
    const device = links.find(({ kind, programId }) => kind === 'xdp' && programId === there.programId);
    const shown =
      own?.name === dispatcherName && inside.length > 0
        ? inside.map(({ id, programId }) => ({ link: id, program: programOfId(programId) }))
        : chainOf(own).map((program) => ({ link: device?.id ?? 0, program }));
    const programs = shown.flatMap(({ link, program }) =>
      program === undefined ? [] : [{ name: program.name, id: program.id, pinnedAs: pinnedAs(link) }],
    );
    return [{ ifname, mode: there.mode, programs }];
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
