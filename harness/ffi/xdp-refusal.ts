import { libc, sockRaw } from './libc.js';
import { checkErrno } from './native-error.js';

const netlink = 16;
const solNetlink = 270;
const [capAck, extAck] = [10, 11] as const;
const setLink = 19;
const requestAndAck = 5;
const headerBytes = 16;
const nested = 0x8000;
const attribute = { xdp: 43, xdpFd: 1, xdpFlags: 3, xdpExpectedFd: 8, message: 1 } as const;
const replace = 16;
const answerBytes = 4096;

/**
 * Why a device of this network namespace does not take an XDP program, in the words of the kernel: drivers have them
 * in answers of netlink, and not in those to links. Undefined if the kernel has none.
 */
export function whyRefused(ifindex: number, programFd: number, flags: number): string | undefined {
  const fd = checkErrno('opening a netlink socket', libc.socket(netlink, sockRaw, 0));
  try {
    for (const option of [capAck, extAck]) {
      const on = Buffer.from([1, 0, 0, 0]);
      checkErrno('asking for the reasons of netlink', libc.setsockopt(fd, solNetlink, option, on, on.length));
    }
    const attached = ask(fd, ifindex, [word(attribute.xdpFd, programFd), word(attribute.xdpFlags, flags)]);
    if (attached.errno !== 0) return attached.message;
    // It does by now. Nobody asked for it to be there, though.
    ask(fd, ifindex, [
      word(attribute.xdpFd, -1),
      word(attribute.xdpFlags, flags | replace),
      word(attribute.xdpExpectedFd, programFd),
    ]);
    return undefined;
  } finally {
    libc.close(fd);
  }
}

function word(type: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(8, 0);
  bytes.writeUInt16LE(type, 2);
  bytes.writeInt32LE(value, 4);
  return bytes;
}

function ask(fd: number, ifindex: number, xdp: readonly Buffer[]): { errno: number; message?: string } {
  const header = Buffer.alloc(2 * headerBytes + 4);
  const content = Buffer.concat(xdp);
  header.writeUInt32LE(header.length + content.length, 0);
  header.writeUInt16LE(setLink, 4);
  header.writeUInt16LE(requestAndAck, 6);
  header.writeInt32LE(ifindex, headerBytes + 4);
  header.writeUInt16LE(4 + content.length, 2 * headerBytes);
  header.writeUInt16LE(attribute.xdp | nested, 2 * headerBytes + 2);
  const message = Buffer.concat([header, content]);
  checkErrno('sending over netlink', Number(libc.sendto(fd, message, message.length, 0, null, 0)));
  const answer = Buffer.alloc(answerBytes);
  const length = checkErrno('reading netlink', Number(libc.recvfrom(fd, answer, answer.length, 0, null, null)));
  return readAnswer(answer.subarray(0, length));
}

/** `struct nlmsgerr` with the header of the question, and then attributes. */
function readAnswer(answer: Buffer): { errno: number; message?: string } {
  const errno = answer.readInt32LE(headerBytes);
  for (let at = 2 * headerBytes + 4; at + 4 <= answer.length; ) {
    const length = answer.readUInt16LE(at);
    if (length < 4) break;
    if ((answer.readUInt16LE(at + 2) & ~nested) === attribute.message) {
      return { errno, message: answer.toString('utf8', at + 4, at + length).replace(/\0+$/, '') };
    }
    at += (length + 3) & ~3;
  }
  return { errno };
}
