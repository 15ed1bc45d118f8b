import koffi from 'koffi';
import { callInThread } from './in-thread.js';
import { afXdp, bindFlag, libc, message, pageOffset, pollEvent, sockRaw, solXdp, umemFlag, xdpOption } from './libc.js';
import { layouts } from './layouts.js';
import { mapRingMemory } from './map-rings.js';
import type { Mapping } from './memory.js';
import { checkErrno, errnoName, NativeError } from './native-error.js';
import { inNetns, netnsOf } from './netns.js';
import { getXdpOption, readRingOffsets, type RingOffsets } from './xdp-options.js';
import { completionRing, entryBytes, fillRing, rxRing, txRing, type RingMemory } from './ring.js';
import type { PollResult, Rings, SocketOptions, XdpSocket, XdpStatistics } from './socket-types.js';
import type { Umem } from './umem.js';
import { forgetSocket, poolName, rememberSocket, sharedWith } from './umem-sockets.js';

export type { PollResult, Rings, SocketOptions, XdpSocket, XdpStatistics } from './socket-types.js';

const defaultRingSize = 64;

/** Opens an AF_XDP socket with plain system calls. */
export function openSocket(options: SocketOptions): XdpSocket {
  return options.netns === undefined ? openHere(options) : inNetns(options.netns, () => openHere(options));
}

function openHere(options: SocketOptions): XdpSocket {
  const { ifname, queue, umem } = options;
  const ifindex = libc.ifNameToIndex(ifname) as number;
  if (ifindex === 0) throw new NativeError(`looking for device ${ifname}`, koffi.errno());
  const fd = checkErrno('opening an AF_XDP socket', libc.socket(afXdp, sockRaw, 0));
  const mappings: Mapping[] = [];
  try {
    const netns = netnsOf(fd);
    const pool = poolName({ netns, ifindex, queue });
    const sharing = options.umemOfFd === undefined ? sharedWith(umem, pool) : undefined;
    const ownerFd = options.umemOfFd ?? sharing?.with?.fd;
    if (ownerFd === undefined) registerUmem(fd, umem);
    const rings = setUpRings(fd, options, sharing?.samePool?.rings, mappings);
    const bind = (): void => bindSocket(fd, ifindex, options, ownerFd);
    if (options.bind !== false) bind();
    const socket = makeSocket({ fd, netns, ifindex, queue, pool, umem, rings, bind }, mappings);
    rememberSocket(umem, socket);
    return socket;
  } catch (error) {
    for (const mapping of mappings) mapping.unmap();
    libc.close(fd);
    throw error;
  }
}

function registerUmem(fd: number, umem: Umem): void {
  const registration = {
    ...{ addr: umem.address, len: umem.lengthBytes, chunk_size: umem.frameSize, headroom: umem.headroom },
    flags: umem.unaligned ? umemFlag.unalignedChunks : 0,
  };
  const value = koffi.as(registration, 'xdp_umem_reg *');
  checkErrno(
    'registering a UMEM',
    libc.setsockopt(fd, solXdp, xdpOption.umemReg, value, koffi.sizeof(layouts.xdp_umem_reg)),
  );
}

function setUpRings(fd: number, options: SocketOptions, samePool: Rings | undefined, mappings: Mapping[]): Rings {
  const sizes = {
    rx: options.rxSize ?? defaultRingSize,
    tx: options.txSize ?? defaultRingSize,
    fill: samePool ? 0 : (options.fillSize ?? defaultRingSize),
    completion: samePool ? 0 : (options.completionSize ?? defaultRingSize),
  };
  requestRing(fd, 'RX', xdpOption.rxRing, sizes.rx);
  requestRing(fd, 'TX', xdpOption.txRing, sizes.tx);
  requestRing(fd, 'fill', xdpOption.umemFillRing, sizes.fill);
  requestRing(fd, 'completion', xdpOption.umemCompletionRing, sizes.completion);
  const offsets = readRingOffsets(fd);
  const memory = (size: number, page: bigint, offset: RingOffsets, bytes: number): RingMemory => {
    if (size === 0) return absentRing;
    const { memory: ring, mapping } = mapRingMemory(fd, size, page, offset, bytes);
    mappings.push(mapping);
    return ring;
  };
  return {
    fill: samePool?.fill ?? fillRing(memory(sizes.fill, pageOffset.fill, offsets.fr, entryBytes.address)),
    completion:
      samePool?.completion ??
      completionRing(memory(sizes.completion, pageOffset.completion, offsets.cr, entryBytes.address)),
    rx: rxRing(memory(sizes.rx, pageOffset.rx, offsets.rx, entryBytes.descriptor)),
    tx: txRing(memory(sizes.tx, pageOffset.tx, offsets.tx, entryBytes.descriptor)),
  };
}

const absentRing: RingMemory = {
  ...{ producer: new Uint32Array(1), consumer: new Uint32Array(1), flags: new Uint32Array(1) },
  ...{ entries: new DataView(new ArrayBuffer(0)), size: 0 },
};

function requestRing(fd: number, name: string, option: number, size: number): void {
  if (size === 0) return;
  const value = Buffer.alloc(4);
  value.writeUInt32LE(size);
  checkErrno(`asking for a ${name} ring of ${size} entries`, libc.setsockopt(fd, solXdp, option, value, value.length));
}

function bindSocket(fd: number, ifindex: number, options: SocketOptions, ownerFd: number | undefined): void {
  const flags =
    ownerFd === undefined ? (options.bindFlags ?? bindFlag.copy | bindFlag.useNeedWakeup) : bindFlag.sharedUmem;
  const address = {
    ...{ sxdp_family: afXdp, sxdp_flags: flags, sxdp_ifindex: ifindex },
    ...{ sxdp_queue_id: options.queue, sxdp_shared_umem_fd: ownerFd ?? 0 },
  };
  const attempt = (): number => libc.bind(fd, address, koffi.sizeof(layouts.sockaddr_xdp)) as number;
  checkErrno(`binding to ${options.ifname} queue ${options.queue}`, onceQueueIsFree(attempt, options.queueWaitMs));
}

const usualQueueWaitMs = 2000;

/** The kernel gives a queue back some time after the last socket on it closed; until then it is busy. */
function onceQueueIsFree(attempt: () => number, waitMs = usualQueueWaitMs): number {
  const end = Date.now() + waitMs;
  for (;;) {
    const result = attempt();
    if (result >= 0 || errnoName(koffi.errno()) !== 'EBUSY' || Date.now() >= end) return result;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
  }
}

type SocketFacts = Pick<XdpSocket, 'fd' | 'netns' | 'ifindex' | 'queue' | 'pool' | 'umem' | 'rings' | 'bind'>;

function makeSocket(facts: SocketFacts, mappings: readonly Mapping[]): XdpSocket {
  const { fd, umem } = facts;
  let open = true;
  const outcome = (result: number | bigint): string => (Number(result) < 0 ? errnoName(koffi.errno()) : 'ok');
  const close = (): void => {
    if (!open) return;
    open = false;
    forgetSocket(umem, fd);
    libc.close(fd);
    for (const mapping of mappings) mapping.unmap();
  };
  return {
    ...facts,
    kick: (flags = message.dontWait) => outcome(libc.sendto(fd, null, 0, flags, null, 0) as number),
    receive: (flags = message.dontWait) => outcome(libc.recvfrom(fd, null, 0, flags, null, null) as number),
    poll(events, timeoutMs) {
      const fds = [{ fd, events, revents: 0 }];
      checkErrno('polling', libc.poll(fds, 1, timeoutMs));
      return pollResult(fds);
    },
    statistics() {
      const statistics = {};
      getXdpOption(fd, 'XDP_STATISTICS', xdpOption.statistics, statistics, 'xdp_statistics');
      return statistics as XdpStatistics;
    },
    kickInThread: () => callInThread((done) => libc.sendto.async(fd, null, 0, message.dontWait, null, 0, done)),
    async closeInThread() {
      if (!open) return;
      open = false;
      forgetSocket(umem, fd);
      // What is mapped keeps the socket.
      for (const mapping of mappings) mapping.unmap();
      await callInThread((done) => libc.close.async(fd, done));
    },
    close,
    [Symbol.dispose]: close,
  };
}

function pollResult([entry]: readonly { revents: number }[]): PollResult {
  const events = entry?.revents ?? 0;
  return {
    readable: (events & pollEvent.in) !== 0,
    writable: (events & pollEvent.out) !== 0,
    error: (events & (pollEvent.error | pollEvent.hangUp)) !== 0,
  };
}
