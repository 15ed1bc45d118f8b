import { closeSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { NativeError } from '../../harness/ffi/native-error.js';
import * as pidfds from '../../harness/ffi/pidfd.js';
import { socketCookie } from '../../harness/ffi/seqpacket.js';
import { listDiagSockets } from '../../harness/ffi/sock-diag.js';
import { findIndex } from '../../harness/ffi/xdp-program.js';
import type { Queue } from './surroundings.js';
import { readCgroup, type Identity } from './who.js';

/** A program that has opened a socket itself. Whoever has it closes both descriptors. */
export interface FoundProgram extends Identity {
  readonly pid: number;
  readonly pidfd: number;
  readonly socketFd: number;
  readonly cookie: string;
}

/** A program that has a socket on a queue, if there is one: the first that has it open. */
export function findProgram({ device, queue }: Queue): FoundProgram | undefined {
  const ifindex = findIndex(device);
  if (ifindex === 0) return undefined;
  const sockets = listDiagSockets()?.filter((each) => each.ifindex === ifindex && each.queue === queue) ?? [];
  for (const { inode, cookie } of sockets) {
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      if (!Number.isInteger(pid) || pid === process.pid) continue;
      const fd = findDescriptor(pid, `socket:[${inode}]`);
      const found = fd === undefined ? undefined : take(pid, fd, cookie);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** Processes come and go meanwhile. */
function findDescriptor(pid: number, what: string): number | undefined {
  try {
    const name = readdirSync(`/proc/${pid}/fd`).find((each) => readlinkSync(`/proc/${pid}/fd/${each}`) === what);
    return name === undefined ? undefined : Number(name);
  } catch {
    return undefined;
  }
}

/** Undefined if the process has ended or closed it meanwhile, whoever has its number now. */
function take(pid: number, fd: number, cookie: string): FoundProgram | undefined {
  const pidfd = pidfds.openPidfd(pid);
  if (pidfd === undefined) return undefined;
  let socketFd: number | undefined;
  try {
    socketFd = pidfds.takeByPidfd(pidfd, fd);
    const who = readWho(pid);
    if (String(socketCookie(socketFd)) === cookie && !pidfds.hasEnded(pidfd))
      return { ...{ pid, pidfd, socketFd, cookie }, ...who, cgroup: () => cgroupOf(pid, pidfd) };
  } catch (error) {
    if (!(error instanceof NativeError && ['EBADF', 'ESRCH'].includes(error.errno)) && !isGone(error)) throw error;
  }
  if (socketFd !== undefined) closeSync(socketFd);
  closeSync(pidfd);
  return undefined;
}

const isGone = (error: unknown): boolean => ['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '');

/** Effective user and all groups, as those of who connects. */
function readWho(pid: number): Pick<Identity, 'uid' | 'groups'> {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const numbers = (what: string): readonly number[] =>
    (new RegExp(`^${what}:(.*)$`, 'm').exec(status)?.[1] ?? '').trim().split(/\s+/).filter(Boolean).map(Number);
  const [, uid = Number.NaN] = numbers('Uid');
  const [, gid = Number.NaN] = numbers('Gid');
  return { uid, groups: [gid, ...numbers('Groups')] };
}

/** Undefined if it has ended: then its number may be another's. */
export function cgroupOf(pid: number, pidfd: number): string | undefined {
  try {
    const cgroup = readCgroup(readFileSync(`/proc/${pid}/cgroup`, 'utf8'));
    return pidfds.hasEnded(pidfd) ? undefined : cgroup;
  } catch {
    return undefined;
  }
}
