import type { PollResult, XdpSocket } from '../../ffi/socket-types.js';
import { readStats } from '../../flash/registry.js';
import { flashId } from './routed-pair.js';

export const wakeDeadlineMs = 5000;

export interface Woken extends PollResult {
  /** Before the deadline. At the deadline poll() looks once more, and a wake-up that was lost shows as ready. */
  readonly inTime: boolean;
}

/** Polls a socket in a thread of its own, and gives that thread time to fall asleep. */
export async function startPolling(socket: XdpSocket, events: number): Promise<{ readonly result: Promise<Woken> }> {
  const started = Date.now();
  const result = socket.pollLater(events, wakeDeadlineMs).then((ready) => ({ ...ready, inTime: Date.now() - started < wakeDeadlineMs }));
  for (let turn = 0; turn < 100; turn++) {
    readStats(flashId(socket));
    await new Promise(setImmediate);
  }
  return { result };
}
