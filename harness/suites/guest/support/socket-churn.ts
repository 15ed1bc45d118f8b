import { parentPort, workerData } from 'node:worker_threads';
import { afXdp, libc, sockRaw } from '../../../ffi/libc.js';

/**
 * Run as a worker: opens and closes sockets without a pause, so that ids are taken over all the time, and counts them in
 * the Int32Array it is given.
 */
const opened = workerData as Int32Array;
parentPort?.postMessage('ready');
for (;;) {
  libc.close(libc.socket(afXdp, sockRaw, 0) as number);
  Atomics.add(opened, 0, 1);
}
