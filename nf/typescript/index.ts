/** Network functions on AF_XDP sockets: see README.md. */
export { openPort, type OpenOptions } from './open.js';
export { joinChain, monitorPath, type JoinOptions } from './join.js';
export type { Port } from './port.js';
export type { Packet } from './packet.js';
export type { KernelStats, Stats } from './stats.js';
export type { WaitOptions, Wake } from './wait.js';
export { FlashError } from '../../harness/errors.js';
