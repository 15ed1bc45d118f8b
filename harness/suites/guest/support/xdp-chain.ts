import type { XdpSocket } from '../../../ffi/socket-types.js';
import { readStats, setRoute } from '../../../flash/registry.js';
import { waitUntil } from '../../../process/wait-until.js';
import { flashId, openListed } from './routed-pair.js';
import { forward, recycle } from './socket-row.js';
import { createTestUmem } from './testbed.js';
import type { XdpWires } from './xdp-wires.js';

/**
 *   == n0:QUEUE [first] --FLASH--> [last] n1:0 ==
 *
 * Two functions that hand on whatever comes, on a UMEM of their own.
 */
export interface XdpChain extends Disposable {
  /** To it goes what enters the chain. */
  readonly first: XdpSocket;
  /** How many packets have passed from the first function to the last. */
  readonly passed: () => number;
  /** Lets both functions do what there is to do, until something has come true. */
  readonly runUntil: (what: string, condition: () => boolean) => Promise<void>;
}

const frames = 128;
const filled = 48;

export function openXdpChain({ middle: netns }: Pick<XdpWires, 'middle'>, queue = 0): XdpChain {
  const umem = createTestUmem({ frameCount: 2 * frames });
  const first = openListed({ netns, ifname: 'n0', queue, umem });
  const last = openListed({ netns, ifname: 'n1', queue: 0, umem });
  setRoute(flashId(first), [flashId(last)]);
  const step = (): void => {
    for (const socket of [first, last]) {
      recycle(socket, filled);
      forward(socket);
      if (socket.rings.tx.count() > 0) socket.kick();
    }
  };
  step();
  return {
    first,
    passed: () => readStats(flashId(first))['redirected'] ?? 0,
    async runUntil(what, condition) {
      await waitUntil(
        () => {
          step();
          return condition();
        },
        { what, deadlineMs: 20_000, intervalMs: 1, lastState: () => readStats(flashId(first)) },
      );
    },
    [Symbol.dispose]() {
      for (const each of [last, first, umem]) each.close();
    },
  };
}
