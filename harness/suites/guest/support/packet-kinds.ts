import { ipPacket } from './ip-packet.js';

const [client, server] = ['192.0.2.1', '192.0.2.80'];
const [client6, server6] = ['2001:db8::1', '2001:db8::80'];
const [v4, v6] = [
  { source: client, destination: server },
  { source: client6, destination: server6 },
] as const;
const hopByHop = (next: number): Buffer => Buffer.from([next, 0, 1, 4, 0, 0, 0, 0]);
const fragmentHeader = (next: number, offset: number): Buffer =>
  Buffer.from([next, 0, offset >> 8, offset, 0, 0, 0, 9]);

function changed(packet: Buffer, at: number, byte: number): Buffer {
  packet.writeUInt8(byte, at);
  return packet;
}

const icmpv6 = (type: number): Buffer => Buffer.concat([Buffer.from([type]), Buffer.alloc(23)]);
const arp = Buffer.concat([Buffer.from('ffffffffffff02000000000a0806', 'hex'), Buffer.alloc(28)]);

type Packets = Readonly<Record<string, Buffer>>;

/** Packets with a flow. */
export const ofFlows: Packets = {
  'UDP by IPv4': ipPacket(v4),
  'TCP by IPv4': ipPacket({ ...v4, protocol: 'tcp' }),
  'ICMP by IPv4': ipPacket({ ...v4, protocol: 1, payload: Buffer.alloc(8) }),
  'UDP by IPv6': ipPacket(v6),
  'TCP by IPv6': ipPacket({ ...v6, protocol: 'tcp' }),
  'an echo by IPv6': ipPacket({ ...v6, protocol: 58, payload: icmpv6(128) }),
  'what comes before neighbour discovery': ipPacket({ ...v6, protocol: 58, payload: icmpv6(132) }),
  'what comes after neighbour discovery': ipPacket({ ...v6, protocol: 58, payload: icmpv6(138) }),
  'ICMPv6 without a type': ipPacket({ ...v6, protocol: 58, payload: Buffer.alloc(0) }),
  'IPv4 of the number of ICMPv6': ipPacket({ ...v4, protocol: 58, payload: icmpv6(135) }),
  'a later fragment of ICMPv6': ipPacket({
    ...{ ...v6, protocol: 58, payload: icmpv6(135) },
    ...{ firstExtension: 44, between: fragmentHeader(58, 8) },
  }),
  'a protocol nobody knows': ipPacket({ ...v4, protocol: 253, payload: Buffer.alloc(8) }),
  'IPv4 behind a tag': ipPacket({ ...v4, tags: [0x8100] }),
  'IPv4 behind two tags': ipPacket({ ...v4, tags: [0x88a8, 0x8100] }),
  'IPv4 behind a tag of the old type': ipPacket({ ...v4, tags: [0x9100, 0x8100] }),
  'IPv6 behind two tags': ipPacket({ ...v6, tags: [0x88a8, 0x8100] }),
  'IPv4 with options': ipPacket({ ...v4, between: Buffer.alloc(40, 1) }),
  'IPv6 with an extension header': ipPacket({ ...v6, firstExtension: 0, between: hopByHop(17) }),
  'IPv6 with as many as are read': ipPacket({
    ...v6,
    firstExtension: 0,
    between: Buffer.concat([60, 60, 60, 17].map(hopByHop)),
  }),
  'IPv6 with more than are read': ipPacket({
    ...v6,
    firstExtension: 0,
    between: Buffer.concat([60, 60, 60, 60, 17].map(hopByHop)),
  }),
  'a first fragment': ipPacket({ ...v4, fragment: 0x2000 }),
  'a later fragment': ipPacket({ ...v4, fragment: 0x0003 }),
  'a first fragment of IPv6': ipPacket({ ...v6, firstExtension: 44, between: fragmentHeader(17, 1) }),
  'a later fragment of IPv6': ipPacket({ ...v6, firstExtension: 44, between: fragmentHeader(17, 8) }),
  'ports that are cut off': ipPacket({ ...v4, protocol: 17, payload: Buffer.from([3, 232]) }),
  'padding behind a short packet': Buffer.concat([ipPacket({ ...v4, payload: Buffer.alloc(0) }), Buffer.alloc(18)]),
};

/** Packets that end before their headers do, or are shorter than they say. */
const ofTruncated: Packets = {
  'no header behind that of Ethernet': ipPacket(v4).subarray(0, 14),
  'a tag that ends early': ipPacket({ ...v4, tags: [0x8100] }).subarray(0, 16),
  'a second tag that ends early': ipPacket({ ...v4, tags: [0x88a8, 0x8100] }).subarray(0, 20),
  'an IPv4 header that ends early': ipPacket(v4).subarray(0, 33),
  'options that IPv4 says are there': changed(ipPacket({ ...v4, payload: Buffer.alloc(0) }), 14, 0x4f),
  'a packet shorter than IPv4 says': ipPacket(v4).subarray(0, 44),
  'an IPv6 header that ends early': ipPacket(v6).subarray(0, 53),
  'a packet shorter than IPv6 says': ipPacket(v6).subarray(0, 60),
  'an extension header that is longer than the packet': ipPacket({
    ...v6,
    firstExtension: 0,
    between: Buffer.from([17, 200, 1, 4, 0, 0, 0, 0]),
  }),
};

/** Packets with none: the stack's. */
export const ofNone: Packets = {
  ARP: arp,
  'ARP behind a tag': Buffer.concat([arp.subarray(0, 12), Buffer.from('81000064', 'hex'), arp.subarray(12)]),
  'a type nobody knows': changed(ipPacket(v4), 12, 0x99),
  ...Object.fromEntries(
    [133, 134, 135, 136, 137].map((type) => [
      `neighbour discovery, ${type}`,
      ipPacket({ ...v6, protocol: 58, payload: icmpv6(type) }),
    ]),
  ),
  'neighbour discovery behind a tag': ipPacket({ ...v6, protocol: 58, payload: icmpv6(135), tags: [0x8100] }),
  'neighbour discovery behind an extension header': ipPacket({
    ...{ ...v6, protocol: 58, payload: icmpv6(135) },
    ...{ firstExtension: 0, between: hopByHop(58) },
  }),
  'a third tag': ipPacket({ ...v4, tags: [0x88a8, 0x8100, 0x8100] }),
  ...ofTruncated,
};

export const truncated: ReadonlySet<string> = new Set(Object.keys(ofTruncated));
