import { libc, message, sockRaw } from './libc.js';
import { checkErrno } from './native-error.js';

/** Sends and receives whole Ethernet frames of one type on one device. */
export interface PacketSocket extends Disposable {
  readonly send: (frame: Buffer) => void;
  /** Undefined if none has come. */
  readonly receive: () => Buffer | undefined;
}

const afPacket = 17;
const longestFrame = 2048;

export function openPacketSocket(ifname: string, etherType: number): PacketSocket {
  const attempted = `opening a packet socket on ${ifname}`;
  const protocol = Buffer.alloc(2);
  protocol.writeUInt16BE(etherType);
  const fd = checkErrno(attempted, libc.socket(afPacket, sockRaw, protocol.readUInt16LE()));
  // struct sockaddr_ll
  const address = Buffer.alloc(20);
  address.writeUInt16LE(afPacket, 0);
  protocol.copy(address, 2);
  address.writeInt32LE(libc.ifNameToIndex(ifname), 4);
  try {
    checkErrno(attempted, libc.bindAny(fd, address, address.length));
  } catch (error) {
    libc.close(fd);
    throw error;
  }
  const chunk = Buffer.alloc(longestFrame);
  return {
    send: (frame) => void libc.sendto(fd, frame, frame.length, message.dontWait, null, 0),
    receive() {
      const bytes = Number(libc.recvfrom(fd, chunk, chunk.length, message.dontWait, null, null));
      return bytes < 0 ? undefined : Buffer.from(chunk.subarray(0, bytes));
    },
    [Symbol.dispose]: () => void libc.close(fd),
  };
}
