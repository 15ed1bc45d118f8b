import koffi from 'koffi';
import { libc, message, pollEvent, solSocket } from './libc.js';
import { checkErrno, errnoName } from './native-error.js';
import { addressBytes, addressText } from '../host/ip-address.js';
import { inNetns } from './netns.js';

/** A socket of TCP or UDP in a network namespace, which the calling thread need not be in. It never waits. */
export interface InetSocket extends Disposable {
  readonly bind: (address: string, port: number) => void;
  readonly connect: (address: string, port: number) => void;
  readonly listen: () => void;
  readonly localPort: () => number;
  /** Undefined if nobody has connected. */
  readonly accept: () => InetSocket | undefined;
  readonly send: (bytes: Buffer) => void;
  readonly sendTo: (bytes: Buffer, address: string, port: number) => void;
  /** What came, and from where; undefined if nothing has. An empty one is the end of a TCP connection. */
  readonly receive: () => { readonly bytes: Buffer; readonly address: string; readonly port: number } | undefined;
  /** Whether it is connected, which takes TCP some time. */
  readonly isWritable: () => boolean;
  /** Sends UDP without checksums from now on, over IPv4. */
  readonly withoutChecksums: () => void;
}

export interface InetSocketOptions {
  readonly netns: string;
  readonly version: 4 | 6;
  readonly type: 'tcp' | 'udp';
}

const families = { 4: 2, 6: 10 } as const;
const types = { tcp: 1, udp: 2 } as const;
const nonBlocking = 0x800;
const closeOnExec = 0x80000;
const noCheck = 11;
const reuseAddress = 2;
const longest = 65536;
const notYet = ['EAGAIN', 'EINPROGRESS'];

export function openInetSocket({ netns, version, type }: InetSocketOptions): InetSocket {
  const open = (): number => libc.socket(families[version], types[type] | nonBlocking | closeOnExec, 0) as number;
  return wrap(checkErrno(`opening a ${type} socket in ${netns}`, inNetns(netns, open)), version);
}

function wrap(fd: number, version: 4 | 6): InetSocket {
  const setOption = (option: number): void => {
    const one = Buffer.from([1, 0, 0, 0]);
    checkErrno('setting an option', libc.setsockopt(fd, solSocket, option, one, one.length));
  };
  const send = (bytes: Buffer, to: Buffer | null): void =>
    void checkErrno('sending', Number(libc.sendto(fd, bytes, bytes.length, message.dontWait, to, to?.length ?? 0)));
  return {
    bind(address, port) {
      setOption(reuseAddress);
      const at = socketAddress(version, address, port);
      checkErrno(`binding to ${address} port ${port}`, libc.bindAny(fd, at, at.length));
    },
    connect(address, port) {
      const to = socketAddress(version, address, port);
      const result = libc.connect(fd, to, to.length) as number;
      if (result < 0 && !notYet.includes(errnoName(koffi.errno()))) checkErrno(`connecting to ${address}`, result);
    },
    localPort() {
      const [name, length] = [Buffer.alloc(28), Buffer.from([28, 0, 0, 0])];
      checkErrno('asking for the port', libc.getsockname(fd, name, length));
      return name.readUInt16BE(2);
    },
    listen: () => void checkErrno('listening', libc.listen(fd, 8)),
    accept() {
      const accepted = libc.accept4(fd, null, null, nonBlocking | closeOnExec) as number;
      if (accepted < 0 && notYet.includes(errnoName(koffi.errno()))) return undefined;
      return wrap(checkErrno('accepting', accepted), version);
    },
    send: (bytes) => send(bytes, null),
    sendTo: (bytes, address, port) => send(bytes, socketAddress(version, address, port)),
    receive() {
      const bytes = Buffer.alloc(longest);
      const [from, length] = [Buffer.alloc(28), Buffer.from([28, 0, 0, 0])];
      const count = Number(libc.recvfrom(fd, bytes, bytes.length, message.dontWait, from, length));
      if (count < 0 && notYet.includes(errnoName(koffi.errno()))) return undefined;
      checkErrno('receiving', count);
      return { bytes: bytes.subarray(0, count), ...readAddress(version, from) };
    },
    isWritable() {
      const fds = [{ fd, events: pollEvent.out, revents: 0 }];
      checkErrno('polling', libc.poll(fds, 1, 0));
      return fds[0]?.revents === pollEvent.out;
    },
    withoutChecksums: () => setOption(noCheck),
    [Symbol.dispose]: () => void libc.close(fd),
  };
}

function socketAddress(version: 4 | 6, address: string, port: number): Buffer {
  const bytes = Buffer.alloc(version === 4 ? 16 : 28);
  bytes.writeUInt16LE(families[version], 0);
  bytes.writeUInt16BE(port, 2);
  addressBytes(version, address).copy(bytes, version === 4 ? 4 : 8);
  return bytes;
}

function readAddress(version: 4 | 6, from: Buffer): { address: string; port: number } {
  const address = Buffer.from(version === 4 ? from.subarray(4, 8) : from.subarray(8, 24));
  return { address: addressText(address), port: from.readUInt16BE(2) };
}
