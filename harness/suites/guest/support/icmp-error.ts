import { addressBytes, versionOf } from '../../../host/ip-address.js';
import { internetChecksum, ipPacket, type IpPacketOptions } from './ip-packet.js';

export interface IcmpErrorOptions extends Pick<IpPacketOptions, 'source' | 'destination' | 'tags' | 'between'> {
  readonly type: number;
  /** The packet that it is about. */
  readonly about: IpPacketOptions;
  /** How much it quotes of that, behind the header of IP; everything unless told. */
  readonly quotes?: number;
}

const ethernetBytes = 14;
/** Such as the MTU of the next hop has a place in. */
const rest = Buffer.from([0, 0, 5, 0xdc]);

/** An ICMP error as a router would send it. */
export function icmpError({ type, about, quotes, ...addresses }: IcmpErrorOptions): Buffer {
  const version = versionOf(about.source) ?? 4;
  const packet = ipPacket(about).subarray(ethernetBytes);
  const headerBytes = (version === 4 ? 20 : 40) + (about.between?.length ?? 0);
  const quoted = packet.subarray(0, quotes === undefined ? packet.length : headerBytes + quotes);
  const message = Buffer.concat([Buffer.from([type, 0, 0, 0]), rest, quoted]);
  const protocol = version === 4 ? 1 : 58;
  const pseudo = Buffer.alloc(version === 4 ? 0 : 40);
  if (version === 6) {
    for (const [at, address] of [addresses.source, addresses.destination].entries())
      addressBytes(6, address).copy(pseudo, 16 * at);
    pseudo.writeUInt32BE(message.length, 32);
    pseudo.writeUInt32BE(protocol, 36);
  }
  message.writeUInt16BE(internetChecksum(Buffer.concat([pseudo, message])), 2);
  return ipPacket({ ...addresses, protocol, payload: message });
}
