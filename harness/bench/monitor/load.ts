import { setImmediate as others } from 'node:timers/promises';
import { etherType, type ChainWires } from '../../demo/monitored/wires.js';

/** Packets that go into a chain at a steady rate, all the same. */
export interface Load extends AsyncDisposable {
  /** What has arrived, in order: when, and whether the last function swapped its addresses. */
  readonly arrivals: readonly { readonly atMs: number; readonly swapped: boolean }[];
  readonly sent: () => number;
  /** No more are sent; those that were have time to arrive. */
  readonly stop: () => Promise<void>;
}

const deviceOfLoad = 'a';
const settleMs = 1000;
const frame = Buffer.alloc(64);
frame.writeUInt8(0x02, 0);
frame.writeUInt8(0x01, 5);
frame.writeUInt8(0x02, 6);
frame.writeUInt8(0x02, 11);
frame.writeUInt16BE(etherType, 12);

export function startLoad(wires: ChainWires, packetsPerSecond: number): Load {
  const startMs = performance.now();
  const arrivals: { atMs: number; swapped: boolean }[] = [];
  let sent = 0;
  let endMs = Number.POSITIVE_INFINITY;
  const run = async (): Promise<void> => {
    for (let nowMs = startMs; nowMs < endMs + settleMs; nowMs = performance.now()) {
      const due = Math.floor(((Math.min(nowMs, endMs) - startMs) / 1000) * packetsPerSecond);
      for (; sent < due; sent++) wires.send(deviceOfLoad, frame);
      for (const { where, frame: arrived } of wires.arrived())
        if (where === 'wire') arrivals.push({ atMs: performance.now(), swapped: arrived.readUInt8(5) === 0x02 });
      await others();
    }
  };
  const running = run();
  const stop = async (): Promise<void> => {
    endMs = Math.min(endMs, performance.now());
    await running;
  };
  return { arrivals, sent: () => sent, stop, [Symbol.asyncDispose]: stop };
}
