import koffi from 'koffi';
import { flashNf, prepared } from './flash-nf.js';
import { callInThread } from './in-thread.js';
import { layouts } from './layouts.js';
import { mapAnonymousMemory } from './memory.js';
import { checkResult, errnoName } from './native-error.js';
import { makePacketTable, type PacketTable } from './packet-table.js';
import type { AwaitedEvent } from './watch-fd.js';

/** A port of the library in C. Nothing may be called once it is closed. */
export interface NativePort {
  /** Of all frames. */
  readonly memory: Uint8Array;
  readonly frameBytes: number;
  /** What receive() and take() fill, and send() and release() read, from the first entry on. */
  readonly table: PacketTable;
  readonly receive: (max: number) => number;
  readonly take: (max: number) => number;
  readonly send: (count: number) => number;
  readonly release: (count: number) => void;
  readonly room: () => number;
  readonly pending: () => number;
  readonly free: () => number;
  readonly edges: () => number;
  readonly leaving: () => boolean;
  readonly monitored: () => boolean;
  readonly prepare: (busyUs: number) => Prepared;
  readonly stats: () => NativeStats;
  readonly close: () => void;
}

export interface Prepared {
  readonly outcome: (typeof prepared)[number];
  /** Any of these ends a sleep. */
  readonly events: readonly AwaitedEvent[];
  readonly timeoutMs: number;
}

type Count = number | bigint;
type KernelCounter =
  | 'rx_dropped'
  | 'rx_invalid_descs'
  | 'tx_invalid_descs'
  | 'rx_ring_full'
  | 'rx_fill_ring_empty_descs'
  | 'tx_ring_empty_descs';
type Counter = 'rx_packets' | 'rx_bytes' | 'tx_packets' | 'tx_bytes' | 'tx_full' | 'kicks' | 'sleeps' | 'busy_waits';
export type NativeStats = Readonly<Record<Counter, Count>> & {
  readonly kernel: Readonly<Record<KernelCounter, Count>>;
};

export interface NativePortOptions {
  readonly ifname: string;
  readonly queue: number;
  readonly frame_count: number;
  readonly frame_size: number;
  readonly ring_size: number;
  readonly mode: number;
  readonly busy_poll: boolean;
  readonly queue_wait_ms: number;
  readonly xdp_object: string | null;
  readonly xskmap: string | null;
}

/** In the network namespace of the calling thread. */
export function openNativePort(options: NativePortOptions): NativePort {
  const out: unknown[] = [null];
  checkResult(`opening a port on ${options.ifname} queue ${options.queue}`, flashNf.open(out, options) as number);
  return makeNativePort(out[0]);
}

export interface Refusal {
  readonly errno: string;
  /** What the monitor says; empty if it says nothing. */
  readonly why: string;
}

interface JoinRequest {
  readonly monitor: string;
  readonly chain: string;
  readonly function: string;
  readonly waitMs: number;
}

const whyBytes = 200;

/** Waits for the monitor in a thread, for ten seconds and `waitMs` at most. */
export async function joinNativePort({ waitMs, ...names }: JoinRequest): Promise<NativePort | Refusal> {
  const why = mapAnonymousMemory(whyBytes);
  try {
    const options = { ...names, why: why.address, why_len: whyBytes, wait_ms: waitMs };
    const out: unknown[] = [null];
    const result = await callInThread((done) => flashNf.join.async(out, options, done));
    if (result >= 0) return makeNativePort(out[0]);
    const text = Buffer.from(why.buffer);
    return { errno: errnoName(-result), why: text.toString('utf8', 0, text.indexOf(0)) };
  } finally {
    why.unmap();
  }
}

const batch = 256;
const sleepAt = {
  count: koffi.offsetof(layouts.flash_sleep, 'count'),
  timeoutMs: koffi.offsetof(layouts.flash_sleep, 'timeout_ms'),
  events: koffi.offsetof(layouts.pollfd, 'events'),
  fd: koffi.sizeof(layouts.pollfd),
} as const;

function makeNativePort(port: unknown): NativePort {
  const [socket, frames, umem]: unknown[] = [flashNf.socket(port), flashNf.frames(port), flashNf.umem(port)];
  const frameBytes = flashNf.frameSize(umem) as number;
  const bytes = frameBytes * (flashNf.frameCount(umem) as number);
  const table = makePacketTable(batch);
  const sleep = new DataView(new ArrayBuffer(koffi.sizeof(layouts.flash_sleep)));
  return {
    memory: new Uint8Array(koffi.view(BigInt(flashNf.data(umem, 0) as Count), bytes)),
    ...{ frameBytes, table },
    receive: (max) => flashNf.receive(socket, table.memory, Math.min(max, batch)) as number,
    take: (max) => flashNf.take(frames, table.memory, Math.min(max, batch)) as number,
    send: (count) => flashNf.send(socket, table.memory, count) as number,
    release: (count) => void flashNf.release(frames, table.memory, count),
    room: () => flashNf.room(socket) as number,
    pending: () => flashNf.pending(socket) as number,
    free: () => flashNf.free(frames) as number,
    edges: () => flashNf.edges(port) as number,
    leaving: () => flashNf.leaving(port) as boolean,
    monitored: () => flashNf.monitored(port) as boolean,
    prepare(busyUs) {
      const result = checkResult('working on the rings', flashNf.prepare(port, busyUs, sleep) as number);
      const outcome = prepared[result] ?? 'ready';
      return { outcome, events: outcome === 'maySleep' ? readEvents(sleep) : [], timeoutMs: timeoutOf(sleep) };
    },
    stats() {
      const stats = {};
      checkResult('reading statistics', flashNf.stats(socket, stats) as number);
      return stats as NativeStats;
    },
    close: () => void flashNf.close(port),
  };
}

const timeoutOf = (sleep: DataView): number => sleep.getInt32(sleepAt.timeoutMs, true);

function readEvents(sleep: DataView): readonly AwaitedEvent[] {
  return Array.from({ length: sleep.getUint32(sleepAt.count, true) }, (_, index) => ({
    fd: sleep.getInt32(index * sleepAt.fd, true),
    events: sleep.getInt16(index * sleepAt.fd + sleepAt.events, true),
  }));
}
