/**
 * Network functions on AF_XDP sockets. A function has a port, which it opens itself or joins a chain for, and works on
 * packets batch by batch:
 *
 *     const port = await joinChain({ chain: 'web', function: 'firewall' });
 *     while (!port.leaving()) {
 *       port.send(port.receive(Math.min(port.room(), 64)));
 *       await port.wait();
 *     }
 *
 * A port and its packets belong to the thread that opened it. What cannot be done is a FlashError, which says what was
 * tried, what happened and, in `details.advice`, what to do.
 */
export { openPort, type OpenOptions } from './open.js';
export { joinChain, monitorPath, type JoinOptions } from './join.js';
export type { Port } from './port.js';
export type { Packet } from './packet.js';
export type { KernelStats, Stats } from './stats.js';
export type { WaitOptions, Wake } from './wait.js';
export { FlashError } from '../../harness/errors.js';
