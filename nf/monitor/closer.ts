import { afXdp, libc } from '../../harness/ffi/libc.js';
import { isSealable } from '../../harness/ffi/memory.js';
import { socketFamily } from '../../harness/ffi/seqpacket.js';
import { endedThread, startClosing, type Thread } from '../../harness/ffi/thread.js';

/**
 * Closes descriptors that others have handed over, or have handed something over on. That may take for ever: a file
 * system in user space does not answer, or a socket lingers that nobody reads from. So threads do it, for which nobody
 * waits, and a user has no more than some of them.
 */
export interface Closer {
  readonly close: (fd: number, uid: number) => void;
  /** Time has passed: threads have others to close. */
  readonly tick: () => void;
  /** How many are not closed yet. */
  readonly pending: () => number;
}

const mostThreads = 32;
const mostThreadsOfAUser = 4;

export function makeCloser(): Closer {
  let waiting: { readonly fd: number; readonly uid: number }[] = [];
  let running: { readonly thread: Thread; readonly uid: number }[] = [];

  /** Whether a thread does it. */
  const start = (fd: number, uid: number): boolean => {
    const ofUser = running.filter((each) => each.uid === uid).length;
    if (running.length >= mostThreads || ofUser >= mostThreadsOfAUser) return false;
    const thread = startClosing(fd);
    if (thread !== undefined) running.push({ thread, uid });
    return thread !== undefined;
  };

  const tick = (): void => {
    running = running.filter(({ thread }) => !endedThread(thread));
    waiting = waiting.filter(({ fd, uid }) => !start(fd, uid));
  };

  return {
    close(fd, uid) {
      if (isHarmless(fd)) return void libc.close(fd);
      waiting.push({ fd, uid });
      tick();
    },
    tick,
    pending: () => waiting.length + running.length,
  };
}

/** What functions hand over: nobody else has a part in closing it. */
function isHarmless(fd: number): boolean {
  return isSealable(fd) || socketFamily(fd) === afXdp;
}
