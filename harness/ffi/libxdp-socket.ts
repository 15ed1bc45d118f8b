import koffi from 'koffi';
import { bindFlag } from './libc.js';
import { inhibitProgramLoad, libxdp } from './libxdp.js';
import { checkResult } from './native-error.js';
import { inNetns } from './netns.js';
import { completionRing, entryBytes, fillRing, rxRing, txRing, type RingMemory } from './ring.js';
import type { Rings } from './socket-types.js';
import type { Umem } from './umem.js';

export interface LibxdpSocket extends Disposable {
  readonly fd: number;
  readonly rings: Rings;
}

export interface LibxdpOptions {
  readonly netns?: string;
  readonly ifname: string;
  readonly queue: number;
  readonly umem: Umem;
  readonly ringSize?: number;
}

/** Opens a socket with a UMEM of its own the way an AF_XDP program does: through libxdp. */
export function openLibxdpSocket(options: LibxdpOptions): LibxdpSocket {
  return options.netns === undefined ? openHere(options) : inNetns(options.netns, () => openHere(options));
}

function openHere({ ifname, queue, umem, ringSize = 64 }: LibxdpOptions): LibxdpSocket {
  const ring = { fill: allocRing('prod'), completion: allocRing('cons'), rx: allocRing('cons'), tx: allocRing('prod') };
  const umemConfig = {
    ...{ fill_size: ringSize, comp_size: ringSize, frame_size: umem.frameSize },
    ...{ frame_headroom: umem.headroom, flags: 0 },
  };
  const umemOut: unknown[] = [null];
  checkResult(
    'xsk_umem__create',
    libxdp.umemCreate(umemOut, umem.address, umem.lengthBytes, ring.fill, ring.completion, umemConfig),
  );
  const [handle] = umemOut;

  const config = {
    ...{ rx_size: ringSize, tx_size: ringSize, libxdp_flags: inhibitProgramLoad, xdp_flags: 0 },
    bind_flags: bindFlag.copy | bindFlag.useNeedWakeup,
  };
  const socketOut: unknown[] = [null];
  const result = libxdp.socketCreateShared(
    socketOut,
    ifname,
    queue,
    handle,
    ring.rx,
    ring.tx,
    ring.fill,
    ring.completion,
    config,
  ) as number;
  if (result < 0) libxdp.umemDelete(handle);
  checkResult(`xsk_socket__create_shared on ${ifname} queue ${queue}`, result);
  const [socket] = socketOut;

  return {
    fd: libxdp.socketFd(socket) as number,
    rings: {
      fill: fillRing(ringMemory(ring.fill, 'prod', entryBytes.address)),
      completion: completionRing(ringMemory(ring.completion, 'cons', entryBytes.address)),
      rx: rxRing(ringMemory(ring.rx, 'cons', entryBytes.descriptor)),
      tx: txRing(ringMemory(ring.tx, 'prod', entryBytes.descriptor)),
    },
    [Symbol.dispose]() {
      libxdp.socketDelete(socket);
      libxdp.umemDelete(handle);
    },
  };
}

function allocRing(kind: 'prod' | 'cons'): unknown {
  return koffi.alloc(`xsk_ring_${kind}`, 1);
}

interface RingFields {
  readonly size: number;
  readonly producer: bigint;
  readonly consumer: bigint;
  readonly ring: bigint;
  readonly flags: bigint;
}

function ringMemory(ring: unknown, kind: 'prod' | 'cons', bytesPerEntry: number): RingMemory {
  const fields = koffi.decode(ring, `xsk_ring_${kind}`) as RingFields;
  const word = (address: bigint): Uint32Array => new Uint32Array(koffi.view(address, 4));
  return {
    ...{ producer: word(fields.producer), consumer: word(fields.consumer), flags: word(fields.flags) },
    ...{ entries: new DataView(koffi.view(fields.ring, fields.size * bytesPerEntry)), size: fields.size },
  };
}
