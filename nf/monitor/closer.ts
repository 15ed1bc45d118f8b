import { Worker } from 'node:worker_threads';

/**
 * Closes descriptors that others have handed over, or have handed something over on. That may take for ever: a file
 * system in user space does not answer, or a socket lingers that nobody reads from. So threads do it, for which nobody
 * waits.
 */
export interface Closer {
  readonly close: (fd: number) => void;
  /** How many are not closed yet. */
  readonly pending: () => number;
}

const mostThreads = 32;

export function makeCloser(): Closer {
  const waiting: number[] = [];
  const idle: Worker[] = [];
  let busy = 0;

  const next = (worker: Worker): void => {
    const fd = waiting.shift();
    if (fd === undefined) {
      if (idle.length === 0) idle.push(worker);
      else void worker.terminate();
      return;
    }
    busy++;
    worker.postMessage(fd);
  };

  const start = (): Worker => {
    const worker = new Worker(new URL('close-thread.js', import.meta.url));
    worker.on('message', () => {
      busy--;
      next(worker);
    });
    worker.unref();
    return worker;
  };

  return {
    close(fd) {
      waiting.push(fd);
      const worker = idle.pop() ?? (busy < mostThreads ? start() : undefined);
      if (worker !== undefined) next(worker);
    },
    pending: () => waiting.length + busy,
  };
}
