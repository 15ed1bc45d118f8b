import { libc, solSocket, socketOption } from './libc.js';
import { checkErrno } from './native-error.js';
import type { XdpSocket } from './socket-types.js';

/** Has the system calls of a socket run its driver's NAPI poll, rather than wait for an interrupt to. */
export function preferBusyPolling({ fd }: XdpSocket): void {
  for (const [option, value] of [
    [socketOption.preferBusyPoll, 1],
    [socketOption.busyPoll, 20],
    [socketOption.busyPollBudget, 64],
  ] as const) {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    checkErrno('setting up busy polling', libc.setsockopt(fd, solSocket, option, bytes, bytes.length));
  }
}
