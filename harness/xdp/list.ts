import { readFileSync } from 'node:fs';
import { listLinks, queryXdp, type XdpOnDevice } from '../ffi/bpf-link.js';
import { libc } from '../ffi/libc.js';
import { listPins, pinnedLinks } from './pins.js';
import { programsRunBy } from './programs-run.js';

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
    const programs = programsRunBy(there.programId, links).map(({ name, id, link }) => ({
      ...{ name, id },
      pinnedAs: pinnedAs(link),
    }));
    return [{ ifname, mode: there.mode, programs }];
  });
}
