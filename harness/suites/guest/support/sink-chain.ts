import type { XdpSocket } from '../../../ffi/socket-types.js';
import { setRoute } from '../../../flash/registry.js';
import { waitUntil } from '../../../process/wait-until.js';
import { flashId, openListed } from './routed-pair.js';
import { forward, recycle } from './socket-row.js';
import { createTestUmem, testbed } from './testbed.js';
import type { XdpWires } from './xdp-wires.js';

export interface Place {
  readonly netns: string;
  readonly ifname: string;
  readonly queue: number;
}

/**
 *   == DEVICE:QUEUE [first] --FLASH--> [last] n1:N      a chain each, on one UMEM
 *
 * What has passed a chain stays with the test.
 */
export interface SinkChains extends Disposable {
  readonly firsts: readonly XdpSocket[];
  /** The UDP packets that have come out of each chain until now, and not what stacks send by themselves. */
  readonly out: readonly (readonly Buffer[])[];
  /** As when the program of the first function of a chain ends. */
  readonly end: (chain: number) => void;
  readonly runUntil: (what: string, condition: () => boolean) => Promise<void>;
}

const [framesEach, filled] = [192, 64];

const isDatagram = (frame: Buffer): boolean => frame.readUInt16BE(12) === 0x0800 && frame[23] === 17;

/** Chains that begin at these places, of which several may be one. */
export function openSinkChains({ middle }: Pick<XdpWires, 'middle'>, places: readonly Place[]): SinkChains {
  return openSinkChainsTo(
    places.map((_, queue) => ({ netns: middle, ifname: 'n1', queue })),
    places,
  );
}

/** Chains with their last functions at places, too. */
export function openSinkChainsTo(ends: readonly Place[], places: readonly Place[]): SinkChains {
  const umem = createTestUmem({ frameCount: 2 * framesEach * places.length });
  let sockets: XdpSocket[] = [];
  let running: XdpSocket[] = [];
  const open = (place: Place): XdpSocket => {
    const socket = openListed({ ...place, umem, fillSize: 128, busyPoll: false });
    sockets.push(socket);
    return socket;
  };
  const lasts = ends.map(open);
  const firsts = places.map(open);
  running = [...firsts];
  const out = places.map((): Buffer[] => []);
  for (const [at, first] of firsts.entries()) setRoute(flashId(first), [flashId(lasts[at] as XdpSocket)]);
  const step = (): void => {
    for (const socket of sockets) {
      recycle(socket, filled);
      // A driver may have waited for frames.
      if (testbed.zeroCopy) socket.receive();
    }
    for (const first of running) if (forward(first) > 0) first.kick();
    for (const [at, { rings }] of lasts.entries()) {
      const arrived = rings.rx.consume();
      out[at]?.push(...arrived.map(({ addr, len }) => Buffer.from(umem.read(addr, len))).filter(isDatagram));
      umem.give(arrived.map(({ addr }) => addr));
    }
  };
  step();
  return {
    ...{ firsts, out },
    end(chain) {
      const first = firsts[chain] as XdpSocket;
      [sockets, running] = [sockets, running].map((all) => all.filter((each) => each !== first)) as [
        XdpSocket[],
        XdpSocket[],
      ];
      first.close();
    },
    async runUntil(what, condition) {
      const probe = (): boolean => {
        step();
        return condition();
      };
      const lastState = (): unknown => out.map(({ length }) => length);
      await waitUntil(probe, { what, deadlineMs: 20_000, intervalMs: 1, lastState });
    },
    [Symbol.dispose]() {
      for (const socket of sockets.reverse()) socket.close();
      umem.close();
    },
  };
}

/** The source port of a UDP packet over IPv4 without options. */
export const sourcePort = (frame: Buffer): number => frame.readUInt16BE(34);
