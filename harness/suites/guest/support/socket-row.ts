import type { XdpSocket } from '../../../ffi/socket-types.js';
import type { Umem } from '../../../ffi/umem.js';
import { auditProblems } from './frame-audit.js';
import { openAll } from './routed-pair.js';
import type { Device } from './device.js';
import { borrowDevice, createTestUmem } from './testbed.js';

/** Sockets on the queues of one device, on no route yet, on one UMEM or each on its own. */
export interface SocketRow extends AsyncDisposable {
  readonly device: Device;
  readonly sockets: readonly XdpSocket[];
  /** What the audits of all UMEMs found wrong. */
  readonly problems: () => string[];
}

export interface RowOptions {
  readonly count: number;
  readonly sharedUmem: boolean;
  /** Entries of the rings of each socket; 64 unless told. */
  readonly ringSizes?: readonly number[];
  readonly busyPoll?: boolean;
}

const framesEach = 128;

export async function openRow({ count, sharedUmem, ringSizes = [], busyPoll = true }: RowOptions): Promise<SocketRow> {
  const device = await borrowDevice();
  const umems = Array.from({ length: sharedUmem ? 1 : count }, () =>
    createTestUmem({ frameCount: sharedUmem ? framesEach * count : framesEach }),
  );
  const close = async (): Promise<void> => {
    for (const umem of umems) umem.close();
    await device[Symbol.asyncDispose]();
  };
  try {
    const open = openAll(
      Array.from({ length: count }, (_, queue) => {
        const size = ringSizes[queue] ?? 64;
        const umem = umems[sharedUmem ? 0 : queue] as Umem;
        const sizes = { rxSize: size, txSize: size, fillSize: size, completionSize: size };
        return { netns: device.netns, ifname: device.a, queue, umem, busyPoll, ...sizes };
      }),
    );
    return {
      ...{ device, sockets: open.sockets },
      problems: () => auditProblems(umems),
      async [Symbol.asyncDispose]() {
        open[Symbol.dispose]();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What a function that only forwards does: RX to TX, as much as fits. Returns how many descriptors. */
export function forward({ rings }: XdpSocket): number {
  const arrived = rings.rx.consume(Math.min(rings.rx.count(), rings.tx.free()));
  return rings.tx.produce(arrived.map(({ rawAddr, len, options }) => ({ addr: rawAddr, len, options })));
}

/** Frees what was completed and fills the fill ring up to `frames`. */
export function recycle({ umem, rings }: XdpSocket, frames: number): void {
  umem.give(rings.completion.consume());
  const wanted = Math.min(Math.max(frames - rings.fill.count(), 0), rings.fill.free());
  rings.fill.produce(umem.take(wanted));
}
