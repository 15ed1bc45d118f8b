import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/** A network namespace, and a file that stands for it. */
export interface NetworkNamespace {
  readonly inode: number;
  readonly path: string;
  /** Undefined for that of the reader. */
  readonly name?: string;
}

/** Those that are mounted somewhere, as /run/netns is, or that a process is in. The reader's is the first. */
export function listNetns(): readonly NetworkNamespace[] {
  const own = inodeOf(linkAt('/proc/thread-self/ns/net')) ?? 0;
  const found = new Map<number, NetworkNamespace>([[own, { inode: own, path: '/proc/thread-self/ns/net' }]]);
  const add = (inode: number | undefined, path: string, name: string): void => {
    if (inode !== undefined && !found.has(inode)) found.set(inode, { inode, path, name });
  };
  for (const { inode, path } of parseMounts(readText('/proc/self/mountinfo')))
    add(inode, path, dirname(path).endsWith('/netns') ? basename(path) : `net:[${inode}]`);
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const inode = inodeOf(linkAt(`/proc/${pid}/ns/net`));
    add(inode, `/proc/${pid}/ns/net`, `net:[${inode}]`);
  }
  return [...found.values()];
}

/** The network namespaces that are mounted, by the lines of mountinfo. */
export function parseMounts(text: string): readonly { readonly inode: number; readonly path: string }[] {
  return text.split('\n').flatMap((line) => {
    const [, , , root = '', path = ''] = line.split(' ');
    const inode = inodeOf(root);
    return inode === undefined
      ? []
      : [{ inode, path: path.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))) }];
  });
}

function inodeOf(text: string | undefined): number | undefined {
  const number = /^net:\[(\d+)\]$/.exec(text ?? '')?.[1];
  return number === undefined ? undefined : Number(number);
}

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    // The process has ended, or is not for this user to look at.
    return undefined;
  }
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}
