/**
 * The rings of an AF_XDP socket as seen from user space, which is the one producer of fill and TX
 * and the one consumer of RX and completion. Indices run over all of u32; an entry is found by the
 * low bits.
 */
export interface RingMemory {
  readonly producer: Uint32Array;
  readonly consumer: Uint32Array;
  readonly flags: Uint32Array;
  readonly entries: DataView;
  readonly size: number;
}

export interface Descriptor {
  readonly addr: number | bigint;
  readonly len: number;
  readonly options?: number;
}

/** As read from a ring: `rawAddr` has all 64 bits, `addr` is where in the UMEM that is. */
export interface ReadDescriptor {
  readonly addr: number;
  readonly rawAddr: bigint;
  readonly len: number;
  readonly options: number;
}

export interface RingBase {
  readonly size: number;
  /** How many entries are published and not consumed. */
  readonly count: () => number;
  readonly free: () => number;
  /** The indices and entries as they are in the shared page, for tests that write what they like. */
  readonly memory: RingMemory;
}

export interface ProducerRing<Entry> extends RingBase {
  /** Publishes as many entries as fit and returns how many. */
  readonly produce: (entries: readonly Entry[]) => number;
  readonly needsWakeup: () => boolean;
}

export interface ConsumerRing<Entry> extends RingBase {
  /** Takes up to `max` entries. */
  readonly consume: (max?: number) => Entry[];
}

export interface Inspectable<Entry> {
  /** The published entries in order, without taking them. */
  readonly peek: () => Entry[];
}

interface EntryFormat<Write, Read> {
  readonly bytes: number;
  readonly write: (view: DataView, offset: number, entry: Write) => void;
  readonly read: (view: DataView, offset: number) => Read;
}

const offsetShift = 48n;

/** Unaligned chunks have an offset in the upper bits; for others those are 0. */
function locate(rawAddr: bigint): number {
  return Number(BigInt.asUintN(Number(offsetShift), rawAddr) + (rawAddr >> offsetShift));
}

const addressFormat: EntryFormat<number | bigint, number> = {
  bytes: 8,
  write: (view, offset, address) => view.setBigUint64(offset, BigInt.asUintN(64, BigInt(address)), true),
  read: (view, offset) => locate(view.getBigUint64(offset, true)),
};

const descriptorFormat: EntryFormat<Descriptor, ReadDescriptor> = {
  bytes: 16,
  write(view, offset, { addr, len, options }) {
    view.setBigUint64(offset, BigInt.asUintN(64, BigInt(addr)), true);
    view.setUint32(offset + 8, len, true);
    view.setUint32(offset + 12, options ?? 0, true);
  },
  read(view, offset) {
    const rawAddr = view.getBigUint64(offset, true);
    return {
      addr: locate(rawAddr),
      rawAddr,
      len: view.getUint32(offset + 8, true),
      options: view.getUint32(offset + 12, true),
    };
  },
};

export const entryBytes = { address: addressFormat.bytes, descriptor: descriptorFormat.bytes } as const;

export type FillRing = ProducerRing<number | bigint> & Inspectable<number>;
export type TxRing = ProducerRing<Descriptor> & Inspectable<ReadDescriptor>;
export type RxRing = ConsumerRing<ReadDescriptor> & Inspectable<ReadDescriptor>;
export type CompletionRing = ConsumerRing<number> & Inspectable<number>;

export const fillRing = (memory: RingMemory): FillRing => producerRing(memory, addressFormat);
export const txRing = (memory: RingMemory): TxRing => producerRing(memory, descriptorFormat);
export const rxRing = (memory: RingMemory): RxRing => consumerRing(memory, descriptorFormat);
export const completionRing = (memory: RingMemory): CompletionRing => consumerRing(memory, addressFormat);

export const needWakeupFlag = 1;

function base(memory: RingMemory): RingBase {
  const count = (): number => (Atomics.load(memory.producer, 0) - Atomics.load(memory.consumer, 0)) >>> 0;
  return { size: memory.size, memory, count, free: () => memory.size - count() };
}

function offsetOf({ size }: RingMemory, index: number, bytes: number): number {
  return ((index & (size - 1)) >>> 0) * bytes;
}

function producerRing<Write, Read>(
  memory: RingMemory,
  format: EntryFormat<Write, Read>,
): ProducerRing<Write> & Inspectable<Read> {
  const ring = base(memory);
  const produce = (entries: readonly Write[]): number => {
    const fitting = entries.slice(0, ring.free());
    const start = Atomics.load(memory.producer, 0);
    for (const [index, entry] of fitting.entries())
      format.write(memory.entries, offsetOf(memory, start + index, format.bytes), entry);
    Atomics.store(memory.producer, 0, start + fitting.length);
    return fitting.length;
  };
  const needsWakeup = (): boolean => (Atomics.load(memory.flags, 0) & needWakeupFlag) !== 0;
  return { ...ring, produce, needsWakeup, peek: () => peek(memory, format, ring.count()) };
}

function consumerRing<Write, Read>(
  memory: RingMemory,
  format: EntryFormat<Write, Read>,
): ConsumerRing<Read> & Inspectable<Read> {
  const ring = base(memory);
  const consume = (max = memory.size): Read[] => {
    const entries = peek(memory, format, Math.min(max, ring.count()));
    Atomics.store(memory.consumer, 0, Atomics.load(memory.consumer, 0) + entries.length);
    return entries;
  };
  return { ...ring, consume, peek: () => peek(memory, format, ring.count()) };
}

function peek<Write, Read>(memory: RingMemory, format: EntryFormat<Write, Read>, count: number): Read[] {
  const start = Atomics.load(memory.consumer, 0);
  return Array.from({ length: Math.min(count, memory.size) }, (_, index) =>
    format.read(memory.entries, offsetOf(memory, start + index, format.bytes)),
  );
}
