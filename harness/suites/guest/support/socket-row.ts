import type { XdpSocket } from '../../../ffi/socket-types.js';
import type { Umem } from '../../../ffi/umem.js';
import { auditProblems } from './frame-audit.js';
import { openListed } from './routed-pair.js';
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
  const common = sharedUmem ? createTestUmem({ frameCount: framesEach * count }) : undefined;
  const sockets = Array.from({ length: count }, (_, queue) => {
    const size = ringSizes[queue] ?? 64;
    const umem = common ?? createTestUmem({ frameCount: framesEach });
    return openListed({
      netns: device.netns,
      ifname: device.a,
      queue,
      umem,
      busyPoll,
      rxSize: size,
      txSize: size,
      fillSize: size,
      completionSize: size,
    });
  });
  const umems = [...new Set(sockets.map(({ umem }): Umem => umem))];
  return {
    ...{ device, sockets },
    problems: () => auditProblems(umems),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.close();
      for (const umem of umems) umem.close();
      await device[Symbol.asyncDispose]();
    },
  };
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
