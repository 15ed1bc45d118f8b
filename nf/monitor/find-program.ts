import { closeSync, opendirSync, readdirSync, readlinkSync } from 'node:fs';
import { NativeError } from '../../harness/ffi/native-error.js';
import * as pidfds from '../../harness/ffi/pidfd.js';
import { socketCookie } from '../../harness/ffi/seqpacket.js';
import type { DiagSocket } from '../../harness/ffi/sock-diag.js';
import { readAttribute } from '../../harness/flash/registry.js';
import { cgroupOf, readCgroupOf, readWho } from './process-identity.js';
import type { Identity } from './who.js';

/** A program that has opened a socket itself. Whoever has it closes both descriptors. */
export interface FoundProgram extends Identity {
  readonly pid: number;
  readonly pidfd: number;
  readonly socketFd: number;
  readonly cookie: string;
  /** Whether the process still has the socket open. */
  readonly hasIt: () => boolean;
}

/** What a look at the processes of a machine may take: others wait meanwhile. */
const scanMs = 20;
const mostDescriptors = 4096;

/** Where the last scan ended for want of time. */
let nextPid = 0;

/**
 * The process that has a socket open: the one that made it or, if that has not, the first that may be meant.
 *
 * @param mayBe whether a process is worth looking at.
 */
export function findProgram(
  { inode, cookie, flash }: DiagSocket,
  mayBe: (who: Identity) => boolean,
): FoundProgram | undefined {
  const maker = flash === undefined ? undefined : makerOf(flash.id);
  return (maker === undefined ? undefined : take(maker, inode, cookie)) ?? scan(inode, cookie, mayBe);
}

function makerOf(id: number): number | undefined {
  try {
    return Number(readAttribute(id, 'pid'));
  } catch {
    return undefined;
  }
}

/** Neither the monitor nor who keeps sockets for services; nor what is no number. */
const mayHaveIt = (pid: number): boolean => pid > 1 && pid !== process.pid;

/** Goes on where it ended the last time, if it had no time for all. */
function scan(inode: number, cookie: string, mayBe: (who: Identity) => boolean): FoundProgram | undefined {
  const endMs = performance.now() + scanMs;
  const pids = readdirSync('/proc')
    .map(Number)
    .filter(mayHaveIt)
    .toSorted((one, other) => one - other);
  const first = pids.findIndex((pid) => pid >= nextPid);
  nextPid = 0;
  for (const pid of first < 0 ? pids : pids.slice(first)) {
    if (performance.now() > endMs) {
      nextPid = pid;
      return undefined;
    }
    const who = readWho(pid);
    if (who === undefined || !mayBe({ ...who, cgroup: () => readCgroupOf(pid) })) continue;
    const found = take(pid, inode, cookie);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Undefined if that process has it not, or no more. Processes and descriptors come and go meanwhile. */
function take(pid: number, inode: number, cookie: string): FoundProgram | undefined {
  const pidfd = mayHaveIt(pid) ? pidfds.openPidfd(pid) : undefined;
  if (pidfd === undefined) return undefined;
  let found: FoundProgram | undefined;
  try {
    const fd = findDescriptor(pid, `socket:[${inode}]`);
    const who = fd === undefined ? undefined : readWho(pid);
    if (fd === undefined || who === undefined) return undefined;
    const socketFd = takeSocket(pidfd, fd, cookie);
    if (socketFd === undefined) return undefined;
    const hasIt = (): boolean => {
      const again = takeSocket(pidfd, fd, cookie);
      if (again !== undefined) closeSync(again);
      return again !== undefined || findDescriptor(pid, `socket:[${inode}]`) !== undefined;
    };
    // Its number was not another's meanwhile.
    if (pidfds.hasEnded(pidfd)) closeSync(socketFd);
    else found = { ...who, pid, pidfd, socketFd, cookie, hasIt, cgroup: () => cgroupOf(pid, pidfd) };
    return found;
  } finally {
    if (found === undefined) closeSync(pidfd);
  }
}

/** Undefined if it is another one, or none. */
function takeSocket(pidfd: number, fd: number, cookie: string): number | undefined {
  try {
    const socketFd = pidfds.takeByPidfd(pidfd, fd);
    if (String(socketCookie(socketFd)) === cookie) return socketFd;
    closeSync(socketFd);
  } catch (error) {
    if (!(error instanceof NativeError && ['EBADF', 'ESRCH'].includes(error.errno))) throw error;
  }
  return undefined;
}

function findDescriptor(pid: number, what: string): number | undefined {
  try {
    const dir = opendirSync(`/proc/${pid}/fd`);
    try {
      for (let count = 0; count < mostDescriptors; count++) {
        const entry = dir.readSync();
        if (entry === null) break;
        if (linkOf(`/proc/${pid}/fd/${entry.name}`) === what) return Number(entry.name);
      }
    } finally {
      dir.closeSync();
    }
  } catch {
    // It has ended.
  }
  return undefined;
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
