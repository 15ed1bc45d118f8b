import { libc } from './libc.js';
import { checkErrno, NativeError } from './native-error.js';

const lockExclusive = 2;
const lockNonblocking = 4;

/** Locks an open file against other programs that do so, until it is closed. False if one has it. */
export function lockFile(fd: number): boolean {
  try {
    checkErrno('locking a file', libc.flock(fd, lockExclusive | lockNonblocking));
    return true;
  } catch (error) {
    if (error instanceof NativeError && ['EAGAIN', 'EWOULDBLOCK'].includes(error.errno)) return false;
    throw error;
  }
}
