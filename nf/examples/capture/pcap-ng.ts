/**
 * Blocks of a capture file, https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-02.html, in the byte order of
 * x86. Each is a type, a length, a body and the length again, in whole words.
 */
const types = { section: 0x0a0d0d0a, interface: 1, packet: 6 } as const;
const byteOrderMagic = 0x1a2b3c4d;
const version = { major: 1, minor: 0 } as const;
const lengthUnknown = 0xffff_ffff_ffff_ffffn;
const ethernet = 1;
const option = { end: 0, interfaceName: 2, application: 4 } as const;
const wordBytes = 4;
const frameBytes = 3 * wordBytes;
const upperWord = 2 ** 32;

export interface CapturedPacket {
  /** When it was seen, in microseconds since 1970. */
  readonly timeUs: number;
  readonly bytes: Uint8Array;
}

/** What a file begins with: one section and one interface, of Ethernet frames of which `snapBytes` are kept; 0: all. */
export function encodeHeader(application: string, interfaceName: string, snapBytes: number): Buffer {
  const section = Buffer.alloc(16);
  section.writeUInt32LE(byteOrderMagic, 0);
  section.writeUInt16LE(version.major, 4);
  section.writeUInt16LE(version.minor, 6);
  section.writeBigUInt64LE(lengthUnknown, 8);
  const described = Buffer.alloc(8);
  described.writeUInt16LE(ethernet, 0);
  described.writeUInt32LE(snapBytes, 4);
  return Buffer.concat([
    block(types.section, [section, text(option.application, application), end]),
    block(types.interface, [described, text(option.interfaceName, interfaceName), end]),
  ]);
}

export function encodePacket({ timeUs, bytes }: CapturedPacket, snapBytes: number): Buffer {
  const kept = snapBytes === 0 ? bytes : bytes.subarray(0, snapBytes);
  const head = Buffer.alloc(20);
  head.writeUInt32LE(Math.floor(timeUs / upperWord), 4);
  head.writeUInt32LE(timeUs % upperWord, 8);
  head.writeUInt32LE(kept.length, 12);
  head.writeUInt32LE(bytes.length, 16);
  return block(types.packet, [head, padded(kept)]);
}

const end = Buffer.alloc(wordBytes);

function text(code: number, value: string): Buffer {
  const content = Buffer.from(value);
  const head = Buffer.alloc(wordBytes);
  head.writeUInt16LE(code, 0);
  head.writeUInt16LE(content.length, 2);
  return Buffer.concat([head, padded(content)]);
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes], Math.ceil(bytes.length / wordBytes) * wordBytes);
}

function block(type: number, parts: readonly Buffer[]): Buffer {
  const length = frameBytes + parts.reduce((sum, part) => sum + part.length, 0);
  const head = Buffer.alloc(2 * wordBytes);
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(length, wordBytes);
  return Buffer.concat([head, ...parts, head.subarray(wordBytes)]);
}
