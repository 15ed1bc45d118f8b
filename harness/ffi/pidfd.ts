import { libc, pollEvent, solSocket, socketOption } from './libc.js';
import { checkErrno } from './native-error.js';

const pidfdOpen = 434;

/** Readable once the process has ended; undefined if it has gone already. */
export function openPidfd(pid: number): number | undefined {
  const fd = libc.pidfd(pidfdOpen, pid, 0) as number;
  return fd < 0 ? undefined : fd;
}

/**
 * The process that opened the other end, and no other that has its number now: readable once it has ended. Undefined
 * before Linux 6.5, or if it has gone already.
 */
export function peerPidfd(fd: number): number | undefined {
  const value = Buffer.alloc(4);
  const result = libc.getsockopt(fd, solSocket, socketOption.peerPidfd, value, [value.length]) as number;
  return result < 0 ? undefined : value.readInt32LE(0);
}

/** Whether its process has. */
export function hasEnded(pidfd: number): boolean {
  const fds = [{ fd: pidfd, events: pollEvent.in, revents: 0 }];
  checkErrno('polling a pidfd', libc.poll(fds, 1, 0));
  return fds[0]?.revents !== 0;
}

const pidfdSendSignal = 424;
const signals = { SIGTERM: 15, SIGKILL: 9 } as const;

/** Signals that process and no other; false if it has ended, or may not be signalled. */
export function signalByPidfd(pidfd: number, signal: keyof typeof signals): boolean {
  return (libc.pidfdSignal(pidfdSendSignal, pidfd, signals[signal], null, 0) as number) === 0;
}

const pidfdGetfd = 438;

/** What that process has open by this number, as a descriptor of our own. Takes what tracing it takes. */
export function takeByPidfd(pidfd: number, fd: number): number {
  return checkErrno('taking a descriptor of another process', libc.pidfdGetfd(pidfdGetfd, pidfd, fd, 0) as number);
}
