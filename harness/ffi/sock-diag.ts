import koffi from 'koffi';
import { afNetlink, afXdp, closeOnExec, libc, netlinkSockDiag, sockRaw } from './libc.js';
import { checkErrno, NativeError } from './native-error.js';

/** What the kernel tells of an AF_XDP socket by sock_diag: <linux/xdp_diag.h>. */
export interface DiagSocket {
  readonly cookie: string;
  readonly inode: number;
  /** Of its device, once it is bound, and the queue it is bound to. */
  readonly ifindex?: number;
  readonly queue?: number;
  /** Entries of its rings, 0 for one that it does not have. Fill and completion ring are those of its pool. */
  readonly rings: Readonly<Record<'rx' | 'tx' | 'fill' | 'completion', number>>;
  readonly umem?: DiagUmem;
  /** Where FLASH tells it. */
  readonly flash?: DiagFlash;
}

/** What /sys/kernel/flash has of it in `next` and `stats`. */
export interface DiagFlash {
  readonly id: number;
  /** The ids of the targets in order, -1 for one that has left; empty when unrouted. */
  readonly route: readonly number[];
  /** The counters in the order of `stats`. */
  readonly counters: readonly number[];
}

export interface DiagUmem {
  /** Equal for sockets that share it. */
  readonly id: number;
  readonly bytes: number;
  readonly chunkBytes: number;
  readonly headroom: number;
  /** A driver works in it. */
  readonly zeroCopy: boolean;
}

const messageType = { error: 2, done: 3, byFamily: 20 } as const;
const requestFlags = 1 | 0x300; // NLM_F_REQUEST | NLM_F_DUMP
const show = { info: 1, rings: 2, umem: 4, flash: 32 } as const;
const attribute = {
  info: 1,
  rxRing: 3,
  txRing: 4,
  umem: 5,
  fillRing: 6,
  completionRing: 7,
  flash: 10,
  route: 11,
} as const;
const headerBytes = 16;
const socketBytes = 16;

/** The AF_XDP sockets of the network namespace it is called in; undefined if this kernel cannot tell. */
export function listDiagSockets(): readonly DiagSocket[] | undefined {
  const fd = checkErrno(
    'opening a netlink socket',
    libc.socket(afNetlink, sockRaw | closeOnExec, netlinkSockDiag) as number,
  );
  try {
    const request = dumpRequest();
    checkErrno('asking for AF_XDP sockets', libc.sendto(fd, request, request.length, 0, null, 0) as number);
    return receiveDump(fd);
  } catch (error) {
    // Without XDP_SOCKETS_DIAG there is nobody to ask.
    if (error instanceof NativeError && error.errno === 'ENOENT') return undefined;
    throw error;
  } finally {
    libc.close(fd);
  }
}

function dumpRequest(): Buffer {
  const request = Buffer.alloc(headerBytes + 20);
  request.writeUInt32LE(request.length, 0);
  request.writeUInt16LE(messageType.byFamily, 4);
  request.writeUInt16LE(requestFlags, 6);
  request.writeUInt8(afXdp, headerBytes);
  request.writeUInt32LE(show.info | show.rings | show.umem | show.flash, headerBytes + 8);
  return request;
}

/** Of what sysctl_rmem_default holds, a dump fills at most this. */
const receiveBytes = 32 * 1024;

function receiveDump(fd: number): readonly DiagSocket[] {
  const sockets: DiagSocket[] = [];
  const buffer = Buffer.alloc(receiveBytes);
  for (;;) {
    const received = Number(libc.recvfrom(fd, buffer, buffer.length, 0, null, null));
    if (received < 0) throw new NativeError('listing AF_XDP sockets', koffi.errno());
    const { found, ended } = parseDiag(buffer.subarray(0, received));
    sockets.push(...found);
    if (ended) return sockets;
  }
}

/** The sockets of a piece of a dump, and whether it was the last one. */
export function parseDiag(bytes: Buffer): { readonly found: readonly DiagSocket[]; readonly ended: boolean } {
  const found: DiagSocket[] = [];
  for (let at = 0; at + headerBytes <= bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    const type = bytes.readUInt16LE(at + 4);
    if (type === messageType.done) return { found, ended: true };
    if (type === messageType.error)
      throw new NativeError('listing AF_XDP sockets', -bytes.readInt32LE(at + headerBytes));
    if (length < headerBytes) throw new Error(`a netlink message of ${length} bytes`);
    if (type === messageType.byFamily) found.push(parseSocket(bytes.subarray(at + headerBytes, at + length)));
    at += align(length);
  }
  return { found, ended: false };
}

function parseSocket(message: Buffer): DiagSocket {
  const attributes = parseAttributes(message.subarray(socketBytes));
  const entries = (type: number): number => attributes.get(type)?.readUInt32LE(0) ?? 0;
  const umem = attributes.get(attribute.umem);
  const info = attributes.get(attribute.info);
  const flash = attributes.get(attribute.flash);
  const ifindex = info?.readUInt32LE(0) ?? 0;
  return {
    inode: message.readUInt32LE(4),
    cookie: String(message.readBigUInt64LE(8)),
    rings: {
      rx: entries(attribute.rxRing),
      tx: entries(attribute.txRing),
      fill: entries(attribute.fillRing),
      completion: entries(attribute.completionRing),
    },
    ...(ifindex !== 0 && { ifindex, queue: info?.readUInt32LE(4) ?? 0 }),
    ...(umem !== undefined && { umem: parseUmem(umem) }),
    ...(flash !== undefined && { flash: parseFlash(flash, attributes.get(attribute.route)) }),
  };
}

/** struct xdp_diag_flash: id, stashed, and 64-bit counters. */
function parseFlash(bytes: Buffer, route: Buffer | undefined): DiagFlash {
  const counters = Array.from({ length: (bytes.length - 8) / 8 }, (_, index) =>
    Number(bytes.readBigUInt64LE(8 + 8 * index)),
  );
  return {
    id: bytes.readUInt32LE(0),
    route: Array.from({ length: (route?.length ?? 0) / 4 }, (_, index) => route?.readInt32LE(4 * index) ?? -1),
    counters: [...counters, bytes.readUInt32LE(4)],
  };
}

function parseUmem(bytes: Buffer): DiagUmem {
  return {
    id: bytes.readUInt32LE(8),
    bytes: Number(bytes.readBigUInt64LE(0)),
    chunkBytes: bytes.readUInt32LE(16),
    headroom: bytes.readUInt32LE(20),
    zeroCopy: (bytes.readUInt32LE(32) & 1) !== 0,
  };
}

function parseAttributes(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const attributes = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    if (length < 4) break;
    attributes.set(bytes.readUInt16LE(at + 2), bytes.subarray(at + 4, at + length));
    at += align(length);
  }
  return attributes;
}

function align(length: number): number {
  return (length + 3) & ~3;
}
