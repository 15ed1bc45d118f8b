import type { XdpSocket } from '../../../ffi/socket-types.js';
import { listSockets, readStats, type FlashStats } from '../../../flash/registry.js';
import type { Pump, PumpOptions } from '../../../native/pump.js';
import { waitUntil } from '../../../process/wait-until.js';
import type { Device } from './device.js';
import { openListed } from './routed-pair.js';
import { recycle } from './socket-row.js';
import { reclaim, writePacket } from './test-packets.js';
import { createTestUmem, startPumpOn } from './testbed.js';

/*
 * Ends of routes that something happens to while packets move. One end is a program of its own that
 * does not know, the other is the test's, whose every frame is looked for afterwards.
 */

/** What `next` reads when the only target has left. */
export const emptied = 'index\tflash_id\n0\t-1\n';

export const redirected = (id: number): number => readStats(id)['redirected'] ?? 0;

export function openEnd(
  device: Pick<Device, 'netns' | 'a'>,
  queue: number,
  options: { readonly busyPoll?: boolean } = {},
): XdpSocket {
  return openListed({
    netns: device.netns,
    ifname: device.a,
    queue,
    umem: createTestUmem({ frameCount: 256 }),
    ...options,
  });
}

/** A program that pushes or pulls on its own, until it is told to stop or killed. */
export async function pumpOn(device: Device, mode: PumpOptions['mode'], queue: number): Promise<Pump> {
  const pump = await startPumpOn(device, { mode, queue });
  pump.go();
  return pump;
}

export const idOf = (pump: Pump): number => pump.ids()[0] ?? -1;

type PumpEnd = Awaited<Pump['end']>;

const standstillMs = 5000;
const lookMs = 50;

/**
 * Waits until a pump of the mode `sleep` is done, or its source is not redirected any more: then it is
 * told to show its rings, which is no success. Also returns what the kernel last counted.
 */
export async function endOrStandstill(pump: Pump, source: number): Promise<PumpEnd & { readonly stats: FlashStats }> {
  let [stats, progressMs] = [readStats(source), Date.now()];
  const look = setInterval(() => {
    const before = stats['redirected'];
    // Its sockets close when it ends.
    stats = listSockets().find(({ id }) => id === source)?.stats ?? stats;
    if (stats['redirected'] !== before) progressMs = Date.now();
    if (Date.now() - progressMs > standstillMs) pump.kill('SIGTERM');
  }, lookMs);
  return pump.end.then((end) => ({ ...end, stats })).finally(() => clearInterval(look));
}

/** More than fit in all rings of a pump together. */
const flowPackets = 300;

/** Waits for more packets of a pump of the mode `sleep`, and shows its rings if they do not come. */
export async function flowsOn(pump: Pump, source: number, what: string): Promise<void> {
  const at = redirected(source);
  try {
    await waitUntil(() => redirected(source) > at + flowPackets, {
      ...{ what: `packets ${what}`, deadlineMs: standstillMs, intervalMs: 2 },
      lastState: () => readStats(source),
    });
  } catch (error) {
    pump.kill('SIGTERM');
    const { report } = await pump.end;
    throw new Error(`${error instanceof Error ? error.message : ''}; ${JSON.stringify(report)}`, { cause: error });
  }
}

/** More than anybody waits for. */
export const endless = 2 ** 32 - 1;

/**
 * Takes what is on the way, until nothing moves any more and every frame can be looked for. What is on
 * TX need not fit the completion ring: the kernel moves packets while push() fills TX, too.
 */
export function comeToRest(source: XdpSocket, target: XdpSocket): Promise<unknown> {
  const work = (): void => {
    reclaim(source);
    pull(target);
  };
  return during(work, () => source.rings.tx.count() === 0, 'TX to be empty');
}

/** Keeps TX full and the kernel looking at it. Returns how many packets it took for that. */
export function push(source: XdpSocket): number {
  reclaim(source);
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
