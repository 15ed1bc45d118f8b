import type { Descriptor } from '../../../ffi/ring.js';
import type { XdpSocket } from '../../../ffi/socket-types.js';
import type { Umem } from '../../../ffi/umem.js';

const ipOffset = 14;
const udpOffset = 34;
const numberOffset = 42;
const packetBytes = 64;
const firstPort = 5000;
const firstAddress = 0x0a000100;
/** Flows differ in many bits: a hash of few may give all of them to one queue. */
const addressStep = 0x010305;

/** A numbered packet of a flow in a free frame: IPv4 and UDP, so that a port can tell flows apart by their addresses, to everybody. */
export function writeUdp(umem: Umem, flow: number, number: number): Descriptor {
  const [addr = 0] = umem.take(1);
  const bytes = Buffer.alloc(packetBytes);
  bytes.fill(0xff, 0, 6);
  bytes.writeUInt8(0x02, 6);
  bytes.writeUInt16BE(0x0800, 12);
  bytes.writeUInt8(0x45, ipOffset);
  bytes.writeUInt16BE(packetBytes - ipOffset, ipOffset + 2);
  bytes.writeUInt8(64, ipOffset + 8);
  bytes.writeUInt8(17, ipOffset + 9);
  bytes.writeUInt32BE(firstAddress + flow * addressStep, ipOffset + 12);
  bytes.writeUInt32BE(0x0a000002, ipOffset + 16);
  bytes.writeUInt16BE(checksum(bytes.subarray(ipOffset, udpOffset)), ipOffset + 10);
  bytes.writeUInt16BE(firstPort + flow, udpOffset);
  bytes.writeUInt16BE(firstPort, udpOffset + 2);
  bytes.writeUInt16BE(packetBytes - udpOffset, udpOffset + 4);
  bytes.writeUInt32BE(number, numberOffset);
  umem.write(addr, bytes);
  return { addr, len: packetBytes };
}

/** Takes what arrived, which all was written by writeUdp, and frees the frames. */
export function takeUdp({ umem, rings }: XdpSocket): { readonly flow: number; readonly number: number }[] {
  const arrived = rings.rx.consume();
  const packets = arrived.map(({ addr, len }) => {
    const bytes = Buffer.from(umem.read(addr, len));
    return { flow: bytes.readUInt16BE(udpOffset) - firstPort, number: bytes.readUInt32BE(numberOffset) };
  });
  umem.give(arrived.map(({ addr }) => addr));
  return packets;
}

/** The one's complement sum of RFC 1071. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
