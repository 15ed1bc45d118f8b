import { closeSync, existsSync, openSync, readSync, writeSync } from 'node:fs';
import { waitUntil } from '../process/wait-until.js';

/** A kernel with CONFIG_XDP_SOCKETS_FLASH_HOLD has it: see net/xdp/xsk_hold.c. */
export const holdFile = '/sys/kernel/debug/flash/hold';

export const canHold = (): boolean => existsSync(holdFile);

/** The points in net/xdp where a context can be held. */
export type HoldPoint =
  | `carry-${'claimed' | 'looked' | 'released' | 'stalled' | 'done'}`
  | `poll-${'routed' | 'no-room' | 'done'}`
  | 'release-detached'
  | `route-${'alloc' | 'found' | 'joined' | 'replaced'}`
  | `${'enqueue' | 'dequeue'}-mode`
  | `rx-${'head' | 'plain' | 'reserved'}`
  | 'serve-turn'
  | `sleeper-${'awake' | 'seen'}`
  | ('dev-gone' | 'fill-asks' | 'hop-sleeps' | 'move-borrowed' | 'room-sleeps' | 'share-prod')
  | ('stats-bound' | 'work' | 'xmit');

/** The next context that gets to a point is held there until it is released: for some seconds at most. */
export interface Hold extends Disposable {
  readonly isHeld: () => boolean;
  /** Resolves once somebody is. */
  readonly held: () => Promise<void>;
  /** Throws HeldTooLong if whoever was held has gone on by itself. */
  readonly release: () => void;
}

/** A slow machine did not get everything done in the time that somebody is held. */
export class HeldTooLong extends Error {}

const deadlineMs = 8000;

/** `id` is that of the socket it is about, or the queue of the pool; undefined for any. */
export function holdAt(point: HoldPoint, id?: number): Hold {
  const fd = openSync(holdFile, 'r+');
  writeSync(fd, id === undefined ? point : `${point} ${id}`);
  let open = true;
  const state = (): string => {
    const text = Buffer.alloc(16);
    return text.toString('utf8', 0, readSync(fd, text)).trimEnd();
  };
  const isHeld = (): boolean => state() === 'held';
  const close = (): void => {
    if (open) closeSync(fd);
    open = false;
  };
  return {
    isHeld,
    async held() {
      await waitUntil(isHeld, { what: `somebody to get to ${point}`, deadlineMs, intervalMs: 1, lastState: state });
    },
    release() {
      const last = state();
      close();
      if (last === 'late') throw new HeldTooLong(`who was held at ${point} has gone on by itself`);
    },
    [Symbol.dispose]: close,
  };
}
