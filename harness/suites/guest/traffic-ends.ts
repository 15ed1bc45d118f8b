import type { XdpSocket } from '../../ffi/socket-types.js';
import { readStats } from '../../flash/registry.js';
import type { Pump, PumpOptions } from '../../native/pump.js';
import { waitUntil } from '../../process/wait-until.js';
import type { Device } from './device.js';
import { openListed } from './routed-pair.js';
import { recycle } from './socket-row.js';
import { writePacket } from './test-packets.js';
import { createTestUmem, startPumpOn } from './testbed.js';

/*
 * Ends of routes that something happens to while packets move. One end is a program of its own that
 * does not know, the other is the test's, whose every frame is looked for afterwards.
 */

/** What `next` reads when the last target has left. */
export const emptied = 'index\tflash_id\n';

export const redirected = (id: number): number => readStats(id)['redirected'] ?? 0;

export function openEnd(device: Device, queue: number, options: { readonly busyPoll?: boolean } = {}): XdpSocket {
  return openListed({ netns: device.netns, ifname: device.a, queue, umem: createTestUmem({ frameCount: 256 }), ...options });
}

/** A program that pushes or pulls on its own, until it is told to stop or killed. */
export async function pumpOn(device: Device, mode: PumpOptions['mode'], queue: number): Promise<Pump> {
  const pump = await startPumpOn(device, { mode, queue });
  pump.go();
  return pump;
}

export const idOf = (pump: Pump): number => pump.ids()[0] ?? -1;

/** Keeps TX full and the kernel looking at it. Returns how many packets it took for that. */
export function push(source: XdpSocket): number {
  source.umem.give(source.rings.completion.consume());
  const room = Math.min(source.rings.tx.free(), source.umem.freeFrames.length);
  source.rings.tx.produce(Array.from({ length: room }, (_, number) => writePacket(source.umem, number)).flat());
  source.kick();
  return room;
}

/** Takes what arrived and gives the frames back. Returns how many packets. */
export function pull(target: XdpSocket): number {
  const arrived = target.rings.rx.consume();
  target.umem.give(arrived.map(({ addr }) => addr));
  recycle(target, 32);
  return arrived.length;
}

/** Repeats some work, in turns with everything else, until a condition holds. */
export function during(work: () => void, until: () => boolean, what: string): Promise<unknown> {
  return waitUntil(
    () => {
      work();
      return until();
    },
    { what, deadlineMs: 60_000, intervalMs: 0 },
  );
}
