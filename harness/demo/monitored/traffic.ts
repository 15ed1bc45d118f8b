import { inNetns } from '../../ffi/netns.js';
import { hasFlash, listSockets } from '../../flash/registry.js';
import { waitUntil } from '../../process/wait-until.js';
import type { Chain } from '../../../nf/monitor/chain-file.js';
import { inputsOf, pathOf, type Path } from './paths.js';
import type { Without } from './report.js';
import { etherType, type ChainWires } from './wires.js';

export interface Traffic {
  /** So many packets into each function that has input, until each is where the file says. */
  readonly send: (count: number, missing?: string) => Promise<Without>;
  /** Those that waited for a function, which is there again, until all have arrived. */
  readonly sendWaiting: () => Promise<void>;
  readonly counts: () => TrafficCounts;
}

export interface TrafficCounts {
  readonly problems: readonly string[];
  readonly ends: Without;
  /** By function: packets that it has had. */
  readonly through: ReadonlyMap<string, number>;
  readonly intoDevice: ReadonlyMap<string, number>;
  readonly outOfDevice: ReadonlyMap<string, number>;
}

interface OnItsWay {
  readonly path: Path;
  /** Packets with the same one stay in order. */
  readonly key: string;
}

const deadlineMs = 20_000;
const shownProblems = 10;
const frameBytes = 64;
const numberOffset = 14;
const lastByteOffset = 5;

/** More than that are not on their way at once, so that no ring is full and none is dropped. */
export function windowOf({ functions }: Chain): number {
  return Math.min(32, ...Object.values(functions).map(({ ring, frames }) => Math.min(ring, frames) / 2));
}

export function makeTraffic(chain: Chain, wires: ChainWires): Traffic {
  const window = Math.floor(windowOf(chain));
  const problems: string[] = [];
  const through = new Map<string, number>();
  const intoDevice = new Map<string, number>();
  const outOfDevice = new Map<string, number>();
  const ends = { wire: 0, waits: 0, dropped: 0, host: 0 };
  const onTheirWay = new Map<number, OnItsWay>();
  /** With the functions that have not had them yet. */
  const waiting = new Map<number, OnItsWay & { readonly later: readonly string[] }>();
  const lastOf = new Map<string, number>();
  let next = 0;

  const takeArrivals = (): void => {
    for (const { device, where, frame } of wires.arrived()) {
      const number = frame.readUInt32BE(numberOffset);
      const found = onTheirWay.get(number);
      if (where === 'wire') increment(outOfDevice, device);
      if (found === undefined || !endsAt(chain, found.path, where, device)) {
        problems.push(`packet ${number} arrived at the ${where} of ${device}`);
        continue;
      }
      if ((lastOf.get(found.key) ?? -1) > number) problems.push(`packet ${number} was overtaken`);
      lastOf.set(found.key, number);
      onTheirWay.delete(number);
    }
  };

  const settle = async (most: number): Promise<void> => {
    try {
      await waitUntil(
        () => {
          takeArrivals();
          return onTheirWay.size <= most;
        },
        { what: 'packets to arrive', deadlineMs, intervalMs: 1 },
      );
    } catch (error) {
      if (onTheirWay.size <= most) throw error;
      problems.push(`${onTheirWay.size} packets did not arrive: ${[...onTheirWay.keys()].slice(0, 5).join(', ')}, ...`);
      onTheirWay.clear();
    }
  };

  return {
    async send(count, missing) {
      const sent = { wire: 0, waits: 0, dropped: 0, host: 0 };
      const droppedBefore = countDropped(wires.netns);
      for (const input of inputsOf(chain)) {
        const device = chain.functions[input]?.device ?? '';
        for (let index = 0; index < count; index++) {
          await settle(window - 1);
          const number = next++;
          const path = pathOf(chain, input, number & 0xff, missing);
          sent[path.end.kind]++;
          for (const name of path.through) increment(through, name);
          increment(intoDevice, device);
          const key = `${path.through.join(' ')} ${JSON.stringify(path.end)}`;
          if (path.end.kind === 'waits') {
            const whole = pathOf(chain, input, number & 0xff);
            waiting.set(number, { path: whole, key, later: whole.through.slice(path.through.length) });
          } else if (path.end.kind !== 'dropped') onTheirWay.set(number, { path, key });
          wires.send(device, frameOf(number));
        }
      }
      await settle(0);
      if (sent.dropped > 0) await waitForDrops(wires.netns, droppedBefore + sent.dropped, problems);
      for (const kind of ['wire', 'waits', 'dropped', 'host'] as const) ends[kind] += sent[kind];
      return sent;
    },
    async sendWaiting() {
      for (const [number, packet] of waiting) {
        onTheirWay.set(number, packet);
        for (const name of packet.later) increment(through, name);
        ends.waits--;
        ends.wire++;
      }
      waiting.clear();
      await settle(0);
    },
    counts: () => ({ problems: problems.slice(0, shownProblems), ends, through, intoDevice, outOfDevice }),
  };
}

function endsAt(chain: Chain, { end }: Path, where: 'wire' | 'host', device: string): boolean {
  if (end.kind === 'wire') return where === 'wire' && end.device === device;
  return end.kind === 'host' && where === 'host' && chain.functions[end.at]?.device === device;
}

function frameOf(number: number): Buffer {
  const frame = Buffer.alloc(frameBytes);
  frame.writeUInt8(0x02, 0);
  frame.writeUInt8(number & 0xff, lastByteOffset);
  frame.writeUInt8(0x02, 6);
  frame.writeUInt16BE(etherType, 12);
  frame.writeUInt32BE(number, numberOffset);
  return frame;
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** By the kernel, for want of a target. */
function countDropped(netns: string): number {
  if (!hasFlash()) return 0;
  return inNetns(netns, listSockets).reduce((sum, { stats }) => sum + (stats['drop_no_target'] ?? 0), 0);
}

async function waitForDrops(netns: string, wanted: number, problems: string[]): Promise<void> {
  const dropped = await waitUntil(() => countDropped(netns) >= wanted, {
    what: 'packets to be dropped',
    deadlineMs,
  }).catch(() => false);
  if (!dropped || countDropped(netns) !== wanted)
    problems.push(`${countDropped(netns)} packets were dropped, and not ${wanted}`);
}
