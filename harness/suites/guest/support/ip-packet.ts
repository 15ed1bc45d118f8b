import { addressBytes, versionOf } from '../../../host/ip-address.js';

/** A packet of TCP or UDP as its sender would make it, or as none should. */
export interface IpPacketOptions {
  readonly source: string;
  readonly destination: string;
  readonly protocol?: 'tcp' | 'udp' | number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly payload?: Buffer;
  /** EtherTypes of tags, from the outermost. */
  readonly tags?: readonly number[];
  /** Bytes of options in a header of IPv4, or whole extension headers of IPv6, each of which names the next. */
  readonly between?: Buffer;
  /** Of IPv6: what the first header after the first one is. */
  readonly firstExtension?: number;
  /** The field with flags and offset of IPv4. */
  readonly fragment?: number;
  readonly checksum?: 'right' | 'none';
}

const protocols = { tcp: 6, udp: 17 } as const;
const macs = Buffer.from('02000000000202000000000a', 'hex');
const etherTypes = { 4: 0x0800, 6: 0x86dd } as const;

export function ipPacket(options: IpPacketOptions): Buffer {
  const { source, destination, tags = [] } = options;
  const version = versionOf(source);
  if (version === undefined || versionOf(destination) !== version) throw new RangeError(`${source}, ${destination}`);
  const types = Buffer.alloc(2 + 4 * tags.length);
  for (const [at, tag] of tags.entries()) {
    types.writeUInt16BE(tag, 4 * at);
    types.writeUInt16BE(100 + at, 4 * at + 2);
  }
  types.writeUInt16BE(etherTypes[version], 4 * tags.length);
  const [from, to] = [addressBytes(version, source), addressBytes(version, destination)];
  const transport = transportOf(options, Buffer.concat([from, to]));
  const header = version === 4 ? ipv4(options, from, to, transport.length) : ipv6(options, from, to, transport.length);
  return Buffer.concat([macs, types, header, transport]);
}

const protocolNumber = ({ protocol = 'udp' }: IpPacketOptions): number =>
  typeof protocol === 'number' ? protocol : protocols[protocol];

function transportOf(options: IpPacketOptions, addresses: Buffer): Buffer {
  const { protocol = 'udp', sourcePort = 1000, destinationPort = 2000, payload = Buffer.from('hello') } = options;
  if (typeof protocol === 'number') return payload;
  const [headerBytes, at] = protocol === 'tcp' ? [20, 16] : [8, 6];
  const bytes = Buffer.concat([Buffer.alloc(headerBytes), payload]);
  bytes.writeUInt16BE(sourcePort, 0);
  bytes.writeUInt16BE(destinationPort, 2);
  if (protocol === 'tcp') bytes.writeUInt16BE(0x5018, 12);
  else bytes.writeUInt16BE(bytes.length, 4);
  if (options.checksum === 'none') return bytes;
  const sum = internetChecksum(Buffer.concat([addresses, pseudoHeader(options, bytes), bytes]));
  bytes.writeUInt16BE(sum === 0 && protocol === 'udp' ? 0xffff : sum, at);
  return bytes;
}

function pseudoHeader(options: IpPacketOptions, transport: Buffer): Buffer {
  const pseudo = Buffer.alloc(4);
  pseudo.writeUInt16BE(protocolNumber(options), 0);
  pseudo.writeUInt16BE(transport.length, 2);
  return pseudo;
}

/** The checksum that TCP or UDP of such a packet has, before UDP makes 0xffff of 0. */
export function transportSum(options: IpPacketOptions): number {
  const version = versionOf(options.source) ?? 4;
  const addresses = Buffer.concat([options.source, options.destination].map((each) => addressBytes(version, each)));
  const bytes = transportOf({ ...options, checksum: 'none' }, addresses);
  return internetChecksum(Buffer.concat([addresses, pseudoHeader(options, bytes), bytes]));
}

function ipv4(options: IpPacketOptions, from: Buffer, to: Buffer, payloadBytes: number): Buffer {
  const { between = Buffer.alloc(0), fragment = 0 } = options;
  const header = Buffer.concat([Buffer.alloc(12), from, to, between]);
  header.writeUInt8(0x40 | (header.length / 4), 0);
  header.writeUInt16BE(header.length + payloadBytes, 2);
  header.writeUInt16BE(fragment, 6);
  header.writeUInt8(64, 8);
  header.writeUInt8(protocolNumber(options), 9);
  header.writeUInt16BE(internetChecksum(header), 10);
  return header;
}

function ipv6(options: IpPacketOptions, from: Buffer, to: Buffer, payloadBytes: number): Buffer {
  const { between = Buffer.alloc(0), firstExtension } = options;
  const header = Buffer.concat([Buffer.alloc(8), from, to, between]);
  header.writeUInt8(0x60, 0);
  header.writeUInt16BE(between.length + payloadBytes, 4);
  header.writeUInt8(firstExtension ?? protocolNumber(options), 6);
  header.writeUInt8(64, 7);
  return header;
}

/** The one's complement sum of RFC 1071. */
export function internetChecksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  if (bytes.length % 2 === 1) sum += bytes.readUInt8(bytes.length - 1) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
