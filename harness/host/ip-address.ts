import { isIP } from 'node:net';

/** The version of IP that an address is of; undefined if it is none. */
export function versionOf(address: string): 4 | 6 | undefined {
  // What follows a % is a device.
  const version = address.includes('%') ? 0 : isIP(address);
  return version === 4 || version === 6 ? version : undefined;
}

/** An address of either version in the order of the wire. */
export function addressBytes(version: 4 | 6, address: string): Buffer {
  if (version === 4) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = withoutDots(address).split('::');
  const groups = (text: string | undefined): number[] =>
    text === undefined || text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [before, after] = [groups(head), groups(tail)];
  const all = [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

/** The last four bytes may be written as those of IPv4 are. */
function withoutDots(address: string): string {
  return address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
}

/** As text; IPv6 without any abbreviation. */
export function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return [...bytes].join('.');
  return Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(2 * at).toString(16)).join(':');
}

const mapped = Buffer.from('00000000000000000000ffff', 'hex');

/** The same of 16 bytes, into which IPv4 is mapped. */
export function textOfMapped(bytes: Buffer): string {
  return addressText(bytes.subarray(0, mapped.length).equals(mapped) ? bytes.subarray(mapped.length) : bytes);
}
