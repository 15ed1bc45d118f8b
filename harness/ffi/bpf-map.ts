import koffi from 'koffi';
import { FlashError } from '../errors.js';
import { readMap } from './bpf-link.js';
import { libbpf } from './libbpf.js';
import { checkResult, errnoName } from './native-error.js';

/** A map of a BPF program, with keys and values as the bytes that C has. */
export interface BpfMap {
  readonly fd: number;
  readonly set: (key: Buffer, value: Buffer) => void;
  /** Whether it was there. */
  readonly delete: (key: Buffer) => boolean;
  readonly get: (key: Buffer) => Buffer | undefined;
  readonly entries: () => readonly (readonly [Buffer, Buffer])[];
}

export interface MapShape {
  readonly fd: number;
  readonly keyBytes: number;
  readonly valueBytes: number;
}

export function openMap({ fd, keyBytes, valueBytes }: MapShape): BpfMap {
  const check = (key: Buffer, value?: Buffer): void => {
    if (key.length === keyBytes && (value === undefined || value.length === valueBytes)) return;
    throw new RangeError(`a key of ${key.length} and a value of ${value?.length} bytes for a map of other sizes`);
  };
  const get = (key: Buffer): Buffer | undefined => {
    check(key);
    const value = Buffer.alloc(valueBytes);
    return isThere(`reading map ${fd}`, libbpf.lookUpBytes(fd, key, value) as number) ? value : undefined;
  };
  return {
    fd,
    get,
    set(key, value) {
      check(key, value);
      const result = libbpf.updateBytes(fd, key, value, 0) as number;
      if (fullErrors.includes(errnoName(-result))) throw full(fd);
      checkResult(`writing map ${fd}`, result);
    },
    delete(key) {
      check(key);
      return isThere(`deleting from map ${fd}`, libbpf.deleteBytes(fd, key) as number);
    },
    entries() {
      return keysOf(fd, keyBytes).flatMap((key) => {
        const value = get(key);
        // Others may have deleted it meanwhile.
        return value === undefined ? [] : [[key, value] as const];
      });
    },
  };
}

/** What tables of hashes say, and those of prefixes. */
const fullErrors = ['E2BIG', 'ENOSPC'];

function full(fd: number): FlashError {
  const { name, maxEntries } = readMap(fd);
  return new FlashError('busy', `the map ${name} is full: it takes ${maxEntries} entries`, {
    advice: 'take out what is no longer needed, or put what belongs together in one entry, as a prefix does',
  });
}

/** What is in a map when it is read; a map that others change may show a key twice, which is left out. */
function keysOf(fd: number, keyBytes: number): Buffer[] {
  const keys = new Map<string, Buffer>();
  let last: Buffer | null = null;
  for (;;) {
    const next: Buffer = Buffer.alloc(keyBytes);
    if (!isThere(`listing map ${fd}`, libbpf.nextKey(fd, last, next) as number)) return [...keys.values()];
    const name = next.toString('hex');
    // Who is deleted while he is asked for the next one begins anew.
    if (keys.has(name)) return [...keys.values()];
    keys.set(name, next);
    last = next;
  }
}

function isThere(attempted: string, result: number): boolean {
  if (result < 0 && errnoName(-result) === 'ENOENT') return false;
  checkResult(attempted, result);
  return true;
}

/** A value of a map that has one for each processor, each rounded up to 8 bytes: the sum of their 64 bit words. */
export function openPerCpuMap({ fd, keyBytes, valueBytes }: MapShape): Pick<BpfMap, 'fd'> & {
  readonly sum: (key: Buffer) => bigint[] | undefined;
  readonly sums: () => readonly (readonly [Buffer, bigint[]])[];
} {
  const processors = checkResult('counting the processors', libbpf.processors());
  const all = openMap({ fd, keyBytes, valueBytes: valueBytes * processors });
  const add = (value: Buffer): bigint[] =>
    Array.from({ length: valueBytes / 8 }, (_, word) => {
      const words = Array.from({ length: processors }, (_each, cpu) =>
        value.readBigUInt64LE(cpu * valueBytes + word * 8),
      );
      return words.reduce((sum, count) => sum + count, 0n);
    });
  return {
    fd,
    sum(key) {
      const value = all.get(key);
      return value && add(value);
    },
    sums: () => all.entries().map(([key, value]) => [key, add(value)] as const),
  };
}

export function u32Key(value: number): Buffer {
  const key = Buffer.alloc(koffi.sizeof('uint32_t'));
  key.writeUInt32LE(value);
  return key;
}
