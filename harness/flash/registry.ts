import { closeSync, existsSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { FlashError } from '../errors.js';

/** Where the kernel shows its AF_XDP sockets and takes routes. */
export const flashDir = '/sys/kernel/flash';

/** The value of `ifindex` and `qid` until a socket is bound. */
export const unbound = -1;

export const statNames = [
  ...['redirected', 'copied', 'stall_rx_full', 'stall_fill_empty', 'stall_cq_full'],
  ...['stall_no_target', 'drop_no_target', 'drop_bad_index', 'drop_oversize', 'drop_invalid', 'wakeups', 'stashed'],
] as const;

export type FlashStats = Readonly<Record<string, number>>;

export interface FlashSocket {
  readonly id: number;
  /** As `ss` shows it; unlike the id it is never used again. */
  readonly cookie: string;
  readonly pid: number;
  readonly procname: string;
  /** Among the devices of its network namespace. */
  readonly ifindex: number;
  readonly qid: number;
  readonly umem: number;
  /** The ids of the targets in order, -1 for one that has left; empty when unrouted. */
  readonly route: readonly number[];
  readonly stats: FlashStats;
}

/** A read or write that the kernel refused; `errno` is its name, as in the contract. */
export class RegistryError extends Error {
  readonly errno: string;

  constructor(attempted: string, cause: NodeJS.ErrnoException) {
    super(`${attempted}: ${cause.code ?? cause.message}`, { cause });
    this.name = 'RegistryError';
    this.errno = errnoOf(cause);
  }
}

function errnoOf({ code = 'EIO', errno = 0 }: NodeJS.ErrnoException): string {
  // Linux has one number for the two; the contract uses the name of the kernel.
  if (code === 'ENOTSUP') return 'EOPNOTSUPP';
  // Node.js has no name for some.
  const named = Object.entries(constants.errno).find(([, number]) => number === -errno);
  return code === 'UNKNOWN' ? (named?.[0] ?? code) : code;
}

export function hasFlash(): boolean {
  return existsSync(flashDir);
}

export function requireFlash(dir = flashDir): void {
  if (existsSync(dir)) return;
  if (!existsSync(dirname(dir))) {
    throw new FlashError('infrastructure', `sysfs is not mounted: ${dirname(dir)} is missing`, {
      advice: 'as root: mount -t sysfs sysfs /sys',
    });
  }
  throw new FlashError('infrastructure', `the running kernel has no FLASH: ${dir} is missing`, {
    advice:
      'boot a kernel that `npm run build-kernel` made, or use a guest, as `npm test guest` and `npm run bench` without --here do',
  });
}

/**
 * Every socket the reader may see: those of its own network namespace, or all from the initial one.
 * One that closes while it is read is left out.
 */
export function listSockets(): FlashSocket[] {
  return listIds()
    .map(readSocketIfThere)
    .filter((socket) => socket !== undefined);
}

/**
 * The ids that sockets have, as they come and go: sysfs may pass over one that stays while its neighbour is removed, but
 * hardly twice.
 */
export function listIds(): number[] {
  const names = new Set([...readdirSync(flashDir), ...readdirSync(flashDir)]);
  return [...names]
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** All of it is of one socket, also if another takes the id over meanwhile. */
export function readSocket(id: number): FlashSocket {
  for (;;) {
    const cookie = readCookie(id);
    const socket = readAs(id, cookie);
    if (readCookie(id) === cookie) return socket;
  }
}

export function readCookie(id: number): string {
  return readAttribute(id, 'cookie').trimEnd();
}

/** Whether the id is that socket's now. It may close meanwhile, and then it is not. */
export function hasCookie(id: number, cookie: string): boolean {
  try {
    return readCookie(id) === cookie;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** Where it sends: the ids of the targets in order, -1 for one that has left; empty when unrouted. */
export function readRoute(id: number): number[] {
  return parseRoute(readAttribute(id, 'next'));
}

function readAs(id: number, cookie: string): FlashSocket {
  const number = (name: string): number => Number(readAttribute(id, name));
  return {
    ...{ id, cookie },
    pid: number('pid'),
    procname: readAttribute(id, 'procname').trimEnd(),
    ifindex: number('ifindex'),
    qid: number('qid'),
    umem: number('umem'),
    route: readRoute(id),
    stats: readStats(id),
  };
}

export function readStats(id: number): FlashStats {
  return parseStats(readAttribute(id, 'stats'));
}

/** Sends everything the socket puts on TX to the given sockets, in this order of indices. */
export function setRoute(id: number, targets: readonly number[]): void {
  writeNext(id, targets.join(' '));
}

/** The socket transmits on its device again. */
export function clearRoute(id: number): void {
  writeNext(id, '-1');
}

/** Writes `next` as it is, also what the kernel should refuse. */
export function writeNext(id: number, text: string): void {
  const path = join(flashDir, String(id), 'next');
  attempting(`writing "${text}" to ${path}`, () => writeFileSync(path, text, { flag: 'r+' }));
}

/**
 * Writes `next` of the socket that has this cookie. If the id is another's by now, that is ESTALE, and that socket
 * keeps its route: a file that was opened before the cookie was read is of the socket with that cookie, or of one
 * that has gone, which the kernel refuses to write.
 */
export function writeNextOf({ id, cookie }: { readonly id: number; readonly cookie: string }, text: string): void {
  const path = join(flashDir, String(id), 'next');
  const attempted = `writing "${text}" to ${path}`;
  const fd = attempting(attempted, () => openSync(path, 'r+'));
  try {
    if (readCookie(id) !== cookie) {
      throw new RegistryError(
        attempted,
        Object.assign(new Error(), { code: 'ESTALE', errno: -constants.errno.ESTALE }),
      );
    }
    attempting(attempted, () => writeSync(fd, text));
  } finally {
    closeSync(fd);
  }
}

/** What the kernel says to some work: "ok", or the errno it refuses it with. */
export function refusalOf(work: () => void): string {
  try {
    work();
    return 'ok';
  } catch (error) {
    if (error instanceof RegistryError) return error.errno;
    throw error;
  }
}

export function readAttribute(id: number, name: string): string {
  const path = join(flashDir, String(id), name);
  return attempting(`reading ${path}`, () => readFileSync(path, 'utf8'));
}

/** `-1`, or a header line and one `index<TAB>flash_id` line per target; the id of one that has left is -1. */
export function parseRoute(text: string): number[] {
  const lines = text.trimEnd().split('\n');
  if (lines[0] === '-1') return [];
  return lines.slice(1).map((line) => Number(line.split('\t')[1]));
}

/** `name value` lines. */
export function parseStats(text: string): FlashStats {
  const lines = text.split('\n').filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => line.split(' ') as [string, string]).map(([name, value]) => [name, Number(value)]),
  );
}

function readSocketIfThere(id: number): FlashSocket | undefined {
  try {
    return readSocket(id);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Whether a read failed because the socket has closed, or is not for the reader to see. */
export function isGone(error: unknown): boolean {
  return error instanceof RegistryError && ['ENOENT', 'ENODEV', 'EPERM'].includes(error.errno);
}

function attempting<T>(attempted: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new RegistryError(attempted, error as NodeJS.ErrnoException);
  }
}
