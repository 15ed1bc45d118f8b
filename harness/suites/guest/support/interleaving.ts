import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { XdpSocket } from '../../../ffi/socket-types.js';
import { canHold, holdFile } from '../../../flash/hold.js';
import { flashDir } from '../../../flash/registry.js';
import { eventually } from './ring-state.js';
import { flashId } from './routed-pair.js';

/** Shorter than a context is held. */
const whileHeldMs = 4000;

/**
 * A test that holds one context while others get ahead of it, so that what is rare happens each time. A
 * context may spin with bottom halves off where it is held: whoever it may hold up is in another thread.
 * The kernel looks at TX some time after a route is set: a hold that a packet is to meet is made before it is sent.
 */
export function interleaving(title: string, run: (t: ExecutionContext) => Promise<void>): void {
  if (canHold()) test.serial(title, run);
  else test.serial.skip(`${title}: the kernel has no ${holdFile}, which takes CONFIG_XDP_SOCKETS_FLASH_HOLD`, run);
}

/** Waits until something has come about while somebody else is held. */
export function whileHeld(what: string, condition: () => boolean, ends: readonly XdpSocket[]): Promise<void> {
  return eventually(what, condition, { ends, deadlineMs: whileHeldMs });
}

/** Some work in another thread, and whether it has ended. */
export interface Started<T> {
  readonly end: Promise<T>;
  readonly hasEnded: () => boolean;
}

export function watch<T>(end: Promise<T>): Started<T> {
  let ended = false;
  const watched = end.finally(() => (ended = true));
  // Whoever awaits it gets the error.
  watched.catch(() => undefined);
  return { end: watched, hasEnded: () => ended };
}

/** Sets the route of a source in another thread, or clears it. Ends with "ok" or the errno. */
export function routeInThread(source: XdpSocket, targets: readonly XdpSocket[]): Started<string> {
  const path = join(flashDir, String(flashId(source)), 'next');
  const text = targets.length === 0 ? '-1' : targets.map(flashId).join(' ');
  const refusal = ({ code, message }: NodeJS.ErrnoException): string => code ?? message;
  return watch(writeFile(path, text, { flag: 'r+' }).then(() => 'ok', refusal));
}
