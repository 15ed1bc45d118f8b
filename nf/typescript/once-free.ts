import { setTimeout as delay } from 'node:timers/promises';
import { FlashError } from '../../harness/errors.js';

const askAgainMs = 50;

/** Tries again what is busy, for a while. The first attempt is made before anything is awaited. */
export async function onceFree<T>(attempt: () => T | Promise<T>, waitMs: number): Promise<T> {
  const end = performance.now() + waitMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof FlashError && error.kind === 'busy') || performance.now() >= end) throw error;
    }
    await delay(askAgainMs);
  }
}
