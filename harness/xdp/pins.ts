import { existsSync, mkdirSync, readdirSync, rmdirSync, statfsSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../errors.js';
import { readLink } from '../ffi/bpf-link.js';
import { libbpf } from '../ffi/libbpf.js';
import { libc } from '../ffi/libc.js';
import { checkResult } from '../ffi/native-error.js';
import type { Attachment } from './attachment.js';
import { catalogue } from './catalogue.js';

/*
 * /sys/fs/bpf/flash/NAME/link-*   what keeps programs on their devices
 *                       /map-*    their maps, which bpftool and others open by these paths
 */
const bpffs = '/sys/fs/bpf';
const pinRoot = join(bpffs, 'flash');
const bpffsMagic = 0xcafe4a11;
/** The BPF file system has no names with dots, and devices have none with colons. */
const fileName = (kind: 'link' | 'map', name: string): string => `${kind}-${name.replaceAll('.', ':')}`;

export const pinNamePattern = /^[A-Za-z0-9_-]{1,64}$/;

function requireBpffs(): void {
  if (existsSync(bpffs) && statfsSync(bpffs).type === bpffsMagic) return;
  throw new FlashError('infrastructure', `${bpffs} is no BPF file system, which keeps what is pinned`, {
    advice: `mount it: mount -t bpf bpf ${bpffs}`,
  });
}

/** Refuses a name that is pinned already, or to pin where it does not go. */
export function requireUnpinned(name: string): void {
  requireBpffs();
  const dir = join(pinRoot, name);
  if (!isThere(dir)) return;
  throw new FlashError('usage', `${name} is pinned already, in ${dir}`, {
    advice: `choose another name, or detach it: npm run xdp -- detach ${name}`,
  });
}

/** Has programs stay on their devices, and their maps, when nobody holds them any more. */
export function pin(name: string, { links, programs }: Pick<Attachment, 'links' | 'programs'>): string {
  requireUnpinned(name);
  const dir = join(pinRoot, name);
  mkdirSync(dir, { recursive: true });
  try {
    for (const { mapFd, mapNames } of programs)
      for (const map of mapNames) pinAs(mapFd(map), join(dir, fileName('map', map)));
    // Last: what has links is attached.
    for (const link of links) pinAs(link.fd, join(dir, fileName('link', link.name)));
  } catch (error) {
    removePins(dir);
    throw error;
  }
  return dir;
}

function pinAs(fd: number, path: string): void {
  checkResult(`pinning ${path}`, libbpf.pin(fd, path));
}

/** Takes them off, unless somebody else holds them too. */
export function unpin(name: string): void {
  removePins(dirOf(name));
}

/** Where a name is pinned. */
function dirOf(name: string): string {
  const dir = join(pinRoot, name);
  if (!isThere(dir)) throw notPinned(name);
  return dir;
}

/** Unlike existsSync(), it tells what is not there from what others than root do not see. */
const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

/** Where a map is pinned. */
export const mapPath = (name: string, map: string): string => join(pinRoot, name, fileName('map', map));

export function pinnedMapNames(name: string): readonly string[] {
  return readdirSync(dirOf(name)).flatMap((file) => /^map-(.*)$/.exec(file)?.[1] ?? []);
}

function removePins(dir: string): void {
  const names = readdirSync(dir);
  // The dispatcher first: its programs come off together.
  const isDispatcher = (name: string): boolean => name.startsWith('link-dispatcher-');
  for (const name of [...names.filter(isDispatcher), ...names.filter((each) => !isDispatcher(each))])
    unlinkSync(join(dir, name));
  rmdirSync(dir);
}

/** A map of what is pinned, for as long as the work takes. */
export function withPinnedMaps<T>(name: string, work: (mapFd: (map: string) => number) => T): T {
  const dir = dirOf(name);
  const opened: number[] = [];
  try {
    return work((map) => {
      const path = mapPath(name, map);
      if (!isThere(path)) {
        throw new FlashError('usage', `what is pinned as ${name} has no map ${map}`, {
          advice: `the program is another; ls ${dir} shows what there is`,
        });
      }
      const fd = checkResult(`opening ${path}`, libbpf.pinned(path));
      opened.push(fd);
      return fd;
    });
  } finally {
    for (const fd of opened) libc.close(fd);
  }
}

export function listPins(): readonly string[] {
  return isThere(pinRoot) ? readdirSync(pinRoot).sort() : [];
}

/** The devices that what is pinned as a name is on. */
export function pinnedDevices(name: string): readonly string[] {
  const links = ['dispatcher', ...catalogue.map((program) => program.name)].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(`^link-(?:${links.join('|')})-(.*)$`);
  const found = readdirSync(dirOf(name)).flatMap((file) => pattern.exec(file)?.[1]?.replaceAll(':', '.') ?? []);
  return [...new Set(found)];
}

/** The ids of the links that are pinned as a name. */
export function pinnedLinks(name: string): readonly number[] {
  const dir = join(pinRoot, name);
  return readdirSync(dir)
    .filter((file) => file.startsWith('link-'))
    .map((file) => {
      const fd = checkResult(`opening ${file} of ${name}`, libbpf.pinned(join(dir, file)));
      try {
        return readLink(fd).id;
      } finally {
        libc.close(fd);
      }
    });
}

function notPinned(name: string): FlashError {
  const there = listPins();
  return new FlashError('usage', `nothing is pinned as ${name}`, {
    advice: there.length === 0 ? 'nothing is pinned at all' : `these are: ${there.join(', ')}`,
  });
}
