import { readdirSync, readFileSync } from 'node:fs';
import type { RingName } from './facts.js';

/** Where a process has a ring of a socket. */
export interface RingMapping {
  readonly pid: number;
  readonly inode: number;
  readonly ring: RingName;
  readonly address: bigint;
}

/** By the page offsets of <linux/if_xdp.h>. */
const ringAt: Readonly<Record<string, RingName>> = {
  '00000000': 'rx',
  '80000000': 'tx',
  '100000000': 'fill',
  '180000000': 'completion',
};

/** The rings of AF_XDP sockets among the lines of /proc/PID/maps; other sockets that are mapped are not told apart. */
export function parseMaps(pid: number, text: string): readonly RingMapping[] {
  return text.split('\n').flatMap((line) => {
    const [, start, offset = '', inode] = /^([0-9a-f]+)-[0-9a-f]+ \S+ ([0-9a-f]+) .*socket:\[(\d+)\]$/.exec(line) ?? [];
    const ring = ringAt[offset];
    return ring === undefined ? [] : [{ pid, ring, inode: Number(inode), address: BigInt(`0x${start}`) }];
  });
}

/** Who has the rings of such sockets: those who probably do are looked at first, and nobody else if they have all. */
export function findMappings(inodes: ReadonlySet<number>, likely: readonly number[]): readonly RingMapping[] {
  if (inodes.size === 0) return [];
  const looked = new Set<number>();
  const lookAt = (pids: readonly number[]): readonly RingMapping[] =>
    pids
      .filter((pid) => !looked.has(pid) && looked.add(pid))
      .flatMap((pid) => parseMaps(pid, readMaps(pid)))
      .filter(({ inode }) => inodes.has(inode));
  const found = [...lookAt(likely)];
  if ([...inodes].every((inode) => found.some((mapping) => mapping.inode === inode))) return found;
  return [...found, ...lookAt(listPids())];
}

function listPids(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function readMaps(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/maps`, 'utf8');
  } catch {
    // It has ended, or is not for this user to look at.
    return '';
  }
}
