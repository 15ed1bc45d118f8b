import { readFileSync } from 'node:fs';
import { bisector } from 'd3-array';
import { FlashError } from '../../errors.js';

export interface Symbols {
  readonly addressOf: (name: string) => bigint;
  /** The function that an address lies in. */
  readonly nameAt: (address: bigint) => string;
}

interface Entry {
  readonly address: bigint;
  readonly name: string;
}

/** From the System.map of a kernel build: a line `address type name` a symbol. */
export function readSymbols(path: string): Symbols {
  return parseSymbols(readFileSync(path, 'utf8'));
}

export function parseSymbols(text: string): Symbols {
  const entries: Entry[] = [...text.matchAll(/^([0-9a-f]+) [tT] (\S+)$/gm)].map(([, address, name]) => ({
    address: BigInt(`0x${address}`),
    name: name ?? '',
  }));
  entries.sort((one, other) => (one.address < other.address ? -1 : 1));
  const { right } = bisector(({ address }: Entry) => address);
  return {
    addressOf(name) {
      const found = entries.find((entry) => entry.name === name);
      if (found === undefined) throw new FlashError('guest', `this kernel has no function ${name}`);
      return found.address;
    },
    nameAt: (address) => entries[right(entries, address) - 1]?.name ?? '?',
  };
}
