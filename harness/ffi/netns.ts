import { closeSync, openSync } from 'node:fs';
import { cloneNewNet, getSocketNetns, libc, socketOption, solSocket } from './libc.js';
import { checkErrno } from './native-error.js';

/**
 * Does synchronous work in another network namespace. Only this thread moves, and back again: what
 * the work opens stays in the namespace.
 */
export function inNetns<T>(name: string, work: () => T): T {
  return inOpened(() => openSync(`/run/netns/${name}`, 'r'), `entering the network namespace ${name}`, work);
}

/** The same in one that a file stands for, such as /proc/PID/ns/net. */
export function inNetnsAt<T>(path: string, work: () => T): T {
  return inOpened(() => openSync(path, 'r'), `entering the network namespace ${path}`, work);
}

/** The same in the network namespace of a socket, whatever it is called and whether it is called anything. */
export function inNetnsOf<T>(socketFd: number, work: () => T): T {
  const open = (): number =>
    checkErrno(`opening the network namespace of socket ${socketFd}`, libc.ioctl(socketFd, getSocketNetns));
  return inOpened(open, `entering the network namespace of socket ${socketFd}`, work);
}

/** The cookie of a socket's network namespace, which no other ever has. */
export function netnsOf(socketFd: number): bigint {
  const cookie = Buffer.alloc(8);
  const result = libc.getsockopt(socketFd, solSocket, socketOption.netnsCookie, cookie, [cookie.length]);
  checkErrno(`asking socket ${socketFd} for its network namespace`, result);
  return cookie.readBigUInt64LE();
}

function inOpened<T>(open: () => number, attempted: string, work: () => T): T {
  const home = openSync('/proc/thread-self/ns/net', 'r');
  try {
    enter(open(), attempted);
    try {
      return work();
    } finally {
      checkErrno('returning to the network namespace', libc.setns(home, cloneNewNet));
    }
  } finally {
    closeSync(home);
  }
}

function enter(fd: number, attempted: string): void {
  try {
    checkErrno(attempted, libc.setns(fd, cloneNewNet));
  } finally {
    closeSync(fd);
  }
}
