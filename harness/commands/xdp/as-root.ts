import { FlashError } from '../../errors.js';
import { NativeError } from '../../ffi/native-error.js';

const notAllowed = ['EPERM', 'EACCES'];

/** Says what is missing to who may not do some work. */
export async function asRoot<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const errno = cause instanceof NativeError ? cause.errno : (cause as NodeJS.ErrnoException).code;
    if (cause instanceof FlashError || errno === undefined || !notAllowed.includes(errno)) throw cause;
    throw new FlashError('infrastructure', `not allowed: ${(cause as Error).message}`, {
      cause,
      advice:
        'run this as root: XDP programs and what is pinned in /sys/fs/bpf are for root, or CAP_BPF and CAP_NET_ADMIN',
    });
  }
}
