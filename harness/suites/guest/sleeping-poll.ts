import type { PollResult, XdpSocket } from '../../ffi/socket-types.js';
import { readStats } from '../../flash/registry.js';
import { flashId } from './routed-pair.js';

export const wakeDeadlineMs = 5000;

/**
 * Polls a socket in a thread of its own, and gives that thread time to fall asleep. A wake-up that
 * is lost then shows as a wait that ends at its deadline, with nothing ready.
 */
export async function startPolling(socket: XdpSocket, events: number): Promise<{ readonly result: Promise<PollResult> }> {
  const result = socket.pollLater(events, wakeDeadlineMs);
  for (let turn = 0; turn < 100; turn++) {
    readStats(flashId(socket));
    await new Promise(setImmediate);
  }
  return { result };
}
