import koffi from 'koffi';
import { libc, solSocket, socketOption } from './libc.js';
import { mapAnonymousMemory } from './memory.js';
import { checkErrno, errnoName, NativeError } from './native-error.js';

const afUnix = 1;
const seqpacket = 5;
const nonBlock = 0x800;
const closeOnExec = 0x80000;
const noSignal = 0x4000;
const dontWait = 0x40;
const closeFdsOnExec = 0x40000000;
const scmRights = 1;
const backlog = 64;
const setDescriptorFlags = 2;
const setStatusFlags = 4;
/** NGROUPS_MAX */
const mostGroups = 65_536;

/** How struct msghdr and what it points to lie in one piece of memory. */
const at = { part: 64, control: 128, data: 4096 } as const;
/** For SCM_MAX_FD, 253: descriptors that do not fit would be closed by who receives. */
const controlBytes = 16 + 4 * 254;
const controlHeaderBytes = 16;
export const mostMessageBytes = 65_536;
const memory = mapAnonymousMemory(at.data + mostMessageBytes);
const view = new DataView(memory.buffer);
const bytes = Buffer.from(memory.buffer);

export interface Credentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

export interface ReceivedMessage {
  readonly data: Buffer;
  /** Whoever receives them closes them. */
  readonly fds: readonly number[];
}

function addressOf(path: string): Buffer {
  const name = Buffer.from(path);
  if (name.length > 107) throw new NativeError(`using the path ${path} for a socket`, 36);
  const address = Buffer.alloc(110);
  address.writeUInt16LE(afUnix);
  name.copy(address, 2);
  return address;
}

function open(): number {
  return checkErrno('opening a Unix socket', libc.socket(afUnix, seqpacket | nonBlock | closeOnExec, 0));
}

/** Listens at a path that is free. */
export function listenSeqpacket(path: string): number {
  const fd = open();
  const address = addressOf(path);
  try {
    checkErrno(`binding a socket to ${path}`, libc.bindAny(fd, address, address.length));
    checkErrno(`listening at ${path}`, libc.listen(fd, backlog));
  } catch (error) {
    libc.close(fd);
    throw error;
  }
  return fd;
}

/** Whether a descriptor, which may be none, is a socket that listens for connections of this kind. */
export function isListeningSeqpacket(fd: number): boolean {
  return intOption(fd, socketOption.type) === seqpacket && intOption(fd, socketOption.listens) === 1;
}

/** For a descriptor that somebody else has opened; programs that are started do not get it either. */
export function makeNonBlocking(fd: number): void {
  checkErrno(`setting descriptor ${fd} up`, libc.fcntl(fd, setStatusFlags, nonBlock));
  checkErrno(`setting descriptor ${fd} up`, libc.fcntl(fd, setDescriptorFlags, 1));
}

export function connectSeqpacket(path: string): number {
  const fd = open();
  const address = addressOf(path);
  try {
    checkErrno(`connecting to ${path}`, libc.connect(fd, address, address.length));
  } catch (error) {
    libc.close(fd);
    throw error;
  }
  return fd;
}

/** Undefined if nobody waits, or has gone meanwhile, or no descriptor is left. */
export function acceptPeer(listener: number): number | undefined {
  const fd = libc.accept4(listener, null, null, nonBlock | closeOnExec) as number;
  return fd < 0 ? undefined : fd;
}

/** Who opened the other end. */
export function peerCredentials(fd: number): Credentials {
  const value = Buffer.alloc(12);
  checkErrno(
    'asking for the credentials of a peer',
    libc.getsockopt(fd, solSocket, socketOption.peerCredentials, value, [value.length]),
  );
  return { pid: value.readInt32LE(0), uid: value.readUInt32LE(4), gid: value.readUInt32LE(8) };
}

/** The groups of who opened the other end, its own among them. */
export function peerGroups(fd: number, { gid }: Credentials): number[] {
  const value = Buffer.alloc(4 * mostGroups);
  const length = [value.length];
  checkErrno('asking for the groups of a peer', libc.getsockopt(fd, solSocket, socketOption.peerGroups, value, length));
  const count = (length[0] ?? 0) / 4;
  return [gid, ...Array.from({ length: count }, (_, index) => value.readUInt32LE(4 * index))];
}

/** Undefined for what is no socket, or has no such option. */
function intOption(fd: number, name: number): number | undefined {
  const value = Buffer.alloc(4);
  const result = libc.getsockopt(fd, solSocket, name, value, [value.length]) as number;
  return result < 0 ? undefined : value.readInt32LE(0);
}

/** The address family of a socket; undefined if it is none. */
export const socketFamily = (fd: number): number | undefined => intOption(fd, socketOption.domain);

const both = 2;

/** Says its end to the peer, who can send nothing more either. */
export const shutDown = (fd: number): void => void libc.shutdown(fd, both);

/** What nobody else ever has: of a socket, by which it is known again. */
export function socketCookie(fd: number): bigint | undefined {
  const value = Buffer.alloc(8);
  const result = libc.getsockopt(fd, solSocket, socketOption.cookie, value, [value.length]) as number;
  return result < 0 ? undefined : value.readBigUInt64LE();
}

function prepare(length: number, control: number): void {
  bytes.fill(0, 0, at.data);
  view.setBigUint64(16, memory.address + BigInt(at.part), true);
  view.setBigUint64(24, 1n, true);
  view.setBigUint64(32, control === 0 ? 0n : memory.address + BigInt(at.control), true);
  view.setBigUint64(40, BigInt(control), true);
  view.setBigUint64(at.part, memory.address + BigInt(at.data), true);
  view.setBigUint64(at.part + 8, BigInt(length), true);
}

/** False if it cannot be sent: the peer has gone, or does not read. */
export function sendMessage(fd: number, data: Buffer, fds: readonly number[] = []): boolean {
  const used = fds.length === 0 ? 0 : controlHeaderBytes + 4 * fds.length;
  prepare(data.length, Math.ceil(used / 8) * 8);
  data.copy(bytes, at.data);
  if (used > 0) {
    view.setBigUint64(at.control, BigInt(used), true);
    view.setInt32(at.control + 8, solSocket, true);
    view.setInt32(at.control + 12, scmRights, true);
    for (const [index, each] of fds.entries()) view.setInt32(at.control + controlHeaderBytes + 4 * index, each, true);
  }
  return Number(libc.sendmsg(fd, memory.address, noSignal | dontWait)) === data.length;
}

/** Undefined if nothing has come, "end" once nothing more will. */
export function receiveMessage(fd: number): ReceivedMessage | 'end' | undefined {
  prepare(mostMessageBytes, controlBytes);
  const length = Number(libc.recvmsg(fd, memory.address, dontWait | closeFdsOnExec));
  if (length < 0) return ['EAGAIN', 'EINTR'].includes(errnoName(koffi.errno())) ? undefined : 'end';
  const fds = readFds(Number(view.getBigUint64(40, true)));
  if (length === 0 && fds.length === 0) return 'end';
  return { data: Buffer.from(bytes.subarray(at.data, at.data + length)), fds };
}

function readFds(controlLength: number): number[] {
  const fds: number[] = [];
  for (let start = 0; start + controlHeaderBytes <= controlLength; ) {
    const length = Number(view.getBigUint64(at.control + start, true));
    if (length < controlHeaderBytes) break;
    if (view.getInt32(at.control + start + 12, true) === scmRights)
      for (let place = controlHeaderBytes; place + 4 <= length; place += 4)
        fds.push(view.getInt32(at.control + start + place, true));
    start += Math.ceil(length / 8) * 8;
  }
  return fds;
}
