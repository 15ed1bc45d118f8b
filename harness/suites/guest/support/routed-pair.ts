import type { Umem, UmemOptions } from '../../../ffi/umem.js';
import { bindFlag } from '../../../ffi/libc.js';
import type { SocketOptions, XdpSocket } from '../../../ffi/socket-types.js';
import { openSocket } from '../../../ffi/xdp-socket.js';
import { listedAs } from '../../../flash/opened.js';
import { clearRoute, readStats, setRoute } from '../../../flash/registry.js';
import type { Device } from './device.js';
import { borrowDevice, createTestUmem, testbed } from './testbed.js';

/**
 *   a:0 [source] --next--> [target] a:1
 *
 * Both are on one device, whose counters show whatever leaves a socket for the wire.
 */
export interface RoutedPair extends AsyncDisposable {
  readonly device: Device;
  readonly source: XdpSocket;
  readonly target: XdpSocket;
}

export interface PairOptions {
  readonly sharedUmem: boolean;
  readonly umem?: Partial<UmemOptions>;
  /** Where the target's UMEM, if it has its own, is another. */
  readonly targetUmem?: Partial<UmemOptions>;
  readonly source?: Partial<ListedOptions>;
  readonly target?: Partial<ListedOptions>;
  /** False leaves the source unrouted. */
  readonly route?: boolean;
}

/** The two ways packets move. */
export const umemLayouts = [
  { layout: 'one UMEM', sharedUmem: true },
  { layout: 'two UMEMs', sharedUmem: false },
] as const;

export async function openPair({
  sharedUmem,
  umem,
  targetUmem: ofTarget,
  source,
  target,
  route,
}: PairOptions): Promise<RoutedPair> {
  const device = await borrowDevice();
  const sourceUmem = createTestUmem({ frameCount: 256, ...umem });
  const targetUmem = sharedUmem ? sourceUmem : createTestUmem({ frameCount: 256, ...umem, ...ofTarget });
  const here = { netns: device.netns, ifname: device.a };
  const from = openListed({ ...here, queue: 0, umem: sourceUmem, ...source });
  const to = openListed({ ...here, queue: 1, umem: targetUmem, ...target });
  if (route !== false) setRoute(flashId(from), [flashId(to)]);
  return {
    ...{ device, source: from, target: to },
    async [Symbol.asyncDispose]() {
      from.close();
      to.close();
      sourceUmem.close();
      if (!sharedUmem) targetUmem.close();
      await device[Symbol.asyncDispose]();
    },
  };
}

/** For ends that sleep: their NAPI polls, where there are any, come by interrupt. */
export function openSleepingPair({ source, target, ...options }: PairOptions): Promise<RoutedPair> {
  return openPair({ ...options, source: { busyPoll: false, ...source }, target: { busyPoll: false, ...target } });
}

/** More such sockets on the device and the target's UMEM of a pair. */
export function openMore(
  pair: RoutedPair,
  queues: readonly number[],
  options: Partial<ListedOptions> = {},
): OpenSockets {
  const { device, target } = pair;
  const here = { netns: device.netns, ifname: device.a, umem: target.umem, busyPoll: false };
  return openAll(queues.map((queue) => ({ ...here, queue, ...options })));
}

export const endsOf = ({ source, target }: RoutedPair): readonly XdpSocket[] => [source, target];

const ids = new WeakMap<XdpSocket, number>();

export interface ListedOptions extends SocketOptions {
  /** False has a driver with NAPI polls do them by interrupt, when it comes to that. */
  readonly busyPoll?: boolean;
  /** False leaves the driver without frames: its queue may be closed. */
  readonly settle?: boolean;
}

/** Opens a socket as the testbed has them and remembers the id the kernel gave it: the one that is new in the list. */
export function openListed({ busyPoll = true, settle = true, ...options }: ListedOptions): XdpSocket {
  const bindFlags = options.bindFlags ?? testbed.bindFlags;
  const { socket, id } = listedAs(() => openSocket({ ...options, bindFlags }));
  try {
    const needWakeup = (bindFlags & bindFlag.useNeedWakeup) !== 0;
    const isZeroCopy = options.bind !== false && (bindFlags & bindFlag.zeroCopy) !== 0;
    const settled =
      isZeroCopy && settle
        ? testbed.settle(socket, {
            busyPoll,
            needWakeup,
            publish: () => routeToItself(id),
            readStats: () => readStats(id),
          })
        : socket;
    ids.set(settled, id);
    return settled;
  } catch (error) {
    socket.close();
    throw error;
  }
}

export interface OpenSockets extends Disposable {
  readonly sockets: readonly XdpSocket[];
}

/** Several, which close in the opposite order: who shares a fill ring closes before the socket that has it. */
export function openAll(options: readonly ListedOptions[]): OpenSockets {
  const sockets: XdpSocket[] = [];
  const close = (): void => [...sockets].reverse().forEach((socket) => socket.close());
  try {
    for (const each of options) sockets.push(openListed(each));
  } catch (error) {
    close();
    throw error;
  }
  return { sockets, [Symbol.dispose]: close };
}

/** For a moment: the kernel shares its rings meanwhile, and publishes what they are at. */
function routeToItself(id: number): void {
  setRoute(id, [id]);
  clearRoute(id);
}

/** The id of a socket that `openListed` opened. */
export function flashId(socket: XdpSocket): number {
  const id = ids.get(socket);
  if (id === undefined) throw new Error(`socket ${socket.fd} was not opened by openListed`);
  return id;
}

export function umemsOf({ source, target }: RoutedPair): Umem[] {
  return [...new Set([source.umem, target.umem])];
}

export function countFrom(first: number, length: number): number[] {
  return Array.from({ length }, (_, index) => first + index);
}

/** Each greater than the one before. */
export function isSorted(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] as number));
}
