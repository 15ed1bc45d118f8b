import { createUmem, type Umem, type UmemOptions } from '../../ffi/umem.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { openSocket, type SocketOptions } from '../../ffi/xdp-socket.js';
import { listSockets, setRoute } from '../../flash/registry.js';
import { makeVeth, type VethPair } from './veth.js';

/**
 *   a:0 [source] --next--> [target] a:1
 *
 * Both are on one end of a veth pair; nothing is attached to it, so whatever leaves a socket for
 * the wire shows in the counters of the other end.
 */
export interface RoutedPair extends AsyncDisposable {
  readonly veth: VethPair;
  readonly source: XdpSocket;
  readonly target: XdpSocket;
}

export interface PairOptions {
  readonly sharedUmem: boolean;
  readonly umem?: Partial<UmemOptions>;
  readonly source?: Partial<SocketOptions>;
  readonly target?: Partial<SocketOptions>;
  /** False leaves the source unrouted. */
  readonly route?: boolean;
}

/** The two ways packets move. */
export const umemLayouts = [
  { layout: 'one UMEM', sharedUmem: true },
  { layout: 'two UMEMs', sharedUmem: false },
] as const;

export async function openPair({ sharedUmem, umem, source, target, route }: PairOptions): Promise<RoutedPair> {
  const veth = await makeVeth();
  const sourceUmem = createUmem({ frameCount: 256, ...umem });
  const targetUmem = sharedUmem ? sourceUmem : createUmem({ frameCount: 256, ...umem });
  const here = { netns: veth.netns, ifname: veth.a };
  const from = openSocket({ ...here, queue: 0, umem: sourceUmem, ...source });
  const to = openSocket({ ...here, queue: 1, umem: targetUmem, ...target });
  if (route !== false) setRoute(flashId(from), [flashId(to)]);
  return {
    ...{ veth, source: from, target: to },
    async [Symbol.asyncDispose]() {
      from.close();
      to.close();
      sourceUmem.close();
      if (!sharedUmem) targetUmem.close();
      await veth[Symbol.asyncDispose]();
    },
  };
}

/** The id the kernel gave a socket of this process, found by its binding. */
export function flashId({ ifindex, queue }: Pick<XdpSocket, 'ifindex' | 'queue'>): number {
  const found = listSockets().filter(({ pid, ifindex: on, qid }) => pid === process.pid && on === ifindex && qid === queue);
  const [socket] = found;
  if (socket === undefined || found.length > 1) throw new Error(`${found.length} sockets are listed on device ${ifindex} queue ${queue}`);
  return socket.id;
}

export function umemsOf({ source, target }: RoutedPair): Umem[] {
  return [...new Set([source.umem, target.umem])];
}

export function countFrom(first: number, length: number): number[] {
  return Array.from({ length }, (_, index) => first + index);
}
