import { closeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

/** A thread of closer.ts: closes what it is sent, and says so. */
parentPort?.on('message', (fd: number) => {
  try {
    closeSync(fd);
  } catch {
    // It is closed whatever its file system says.
  }
  parentPort?.postMessage(undefined);
});
