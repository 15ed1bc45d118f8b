import { setTimeout as delay } from 'node:timers/promises';
import type { Hands } from '../power.js';

/** Longer than anybody waits for a lost connection, on either side. */
const cutMs = 90_000;

/** Pulls the cable that SSH comes by, and plugs it in again when the connection must be lost. */
export function delayedLink(machine: Pick<Hands, 'setManagementLink'>): () => Promise<void> {
  return async () => {
    await machine.setManagementLink(false);
    try {
      await delay(cutMs);
    } finally {
      await machine.setManagementLink(true);
    }
  };
}
