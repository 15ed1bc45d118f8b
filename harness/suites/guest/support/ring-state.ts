import type { XdpSocket } from '../../../ffi/socket-types.js';
import type { RingBase } from '../../../ffi/ring.js';
import { readStats } from '../../../flash/registry.js';
import { waitUntil } from '../../../process/wait-until.js';
import { flashId } from './routed-pair.js';

/** Far longer than what the timer of the kernel takes to bring everything about, on a busy machine as well. */
export const soonMs = 10_000;

/** Longer than any timer of the kernel is set for: after that it has looked at all that a route that was set gave it to do. */
export const idleMs = 100;

/** The indices of all rings of a socket, which of them ask for a call, and its counters that are not 0. */
export function ringState(socket: XdpSocket): string {
  const { rx, tx, fill, completion } = socket.rings;
  const show = (name: string, { memory, size, count }: RingBase, asks = false): string =>
    `${name} ${memory.producer[0]}-${memory.consumer[0]}=${count()}/${size}${asks ? ' asks' : ''}`;
  const toKernel = [show('TX', tx, tx.needsWakeup()), show('FQ', fill, fill.needsWakeup())];
  const id = flashId(socket);
  const stats = Object.entries(readStats(id)).filter(([, value]) => value !== 0);
  return `${id}: ${[...toKernel, show('RX', rx), show('CQ', completion), ...stats.map((stat) => stat.join(' '))].join(', ')}`;
}

/**
 * For a target that makes room again and again, at each look of eventually(): a packet keeps its turn for 16 ms in which
 * nothing comes, and who sleeps between its calls may let others pass.
 */
export const roundsALook = 8;

export interface EventuallyOptions {
  /** The sockets whose state is shown if it does not. */
  readonly ends: readonly XdpSocket[];
  readonly deadlineMs?: number;
  /** What else to show. */
  readonly state?: () => unknown;
}

/** Waits until something has come about, and shows the rings if it does not. */
export async function eventually(what: string, condition: () => boolean, options: EventuallyOptions): Promise<void> {
  const { ends, deadlineMs = soonMs, state = () => undefined } = options;
  const lastState = (): string => [...ends.map(ringState), JSON.stringify(state())].join('; ');
  await waitUntil(condition, { what, deadlineMs, intervalMs: 2, lastState });
}
