import { pollEvent } from '../../ffi/libc.js';
import { sleepInPoll, type Sleeper } from '../../ffi/sleeper.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { flashId } from '../guest/support/routed-pair.js';
import { recycle } from '../guest/support/socket-row.js';
import { receive, singleBuffer, writePacket } from '../guest/support/test-packets.js';

/** A socket of an episode, and what is known of it. */
export interface End extends AsyncDisposable {
  readonly number: number;
  readonly socket: XdpSocket;
  readonly id: number;
  /** Puts up to so many packets on TX, each for an index of its route. Returns how many. */
  readonly send: (most: number, indices: number) => number;
  /** Calls sendto(), and returns what it says. */
  readonly kick: () => string;
  /** Whether there is something on TX that no call has been told of: the rest moves by itself. */
  readonly owesKick: () => boolean;
  /** Takes all that arrived or so many, without a system call, and notes what came out of order. */
  readonly drain: (most?: number) => number;
  readonly refill: (frames: number) => void;
  /** Sleeps until it is readable or writable, for as long as that takes, if it does not sleep already. */
  readonly sleep: (until: 'readable' | 'writable') => Promise<void>;
  readonly asleep: () => 'readable' | 'writable' | undefined;
  readonly problems: readonly string[];
}

/** A packet's number is that of its source and one of its own below this. */
const packetsOfSource = 2 ** 24;

/** `source` is told apart from all others of the episode, also from earlier sockets of the same end. */
export function makeEnd(number: number, socket: XdpSocket, source: number): End {
  const { umem, rings } = socket;
  const problems: string[] = [];
  const newest = new Map<number, number>();
  let sent = 0;
  let kicked = true;
  let last: { readonly until: 'readable' | 'writable'; readonly sleeper: Sleeper } | undefined;
  const asleep = (): 'readable' | 'writable' | undefined =>
    last?.sleeper.woken() === undefined ? last?.until : undefined;

  const note = (packet: number): void => {
    const from = Math.floor(packet / packetsOfSource);
    const before = newest.get(from) ?? -1;
    if (packet <= before)
      problems.push(
        `end ${number} got packet ${packet % packetsOfSource} of source ${from} after ${before % packetsOfSource}`,
      );
    newest.set(from, packet);
  };
  return {
    ...{ number, socket, problems, id: flashId(socket) },
    send(most, indices) {
      const room = Math.min(most, rings.tx.free(), umem.freeFrames.length);
      const packets = Array.from({ length: room }, () => source * packetsOfSource + sent++);
      if (room > 0) kicked = false;
      return rings.tx.produce(
        packets.flatMap((packet) => writePacket(umem, packet, { options: () => (packet % indices) << 16 })),
      );
    },
    kick() {
      const outcome = socket.kick();
      kicked ||= outcome === 'ok';
      return outcome;
    },
    owesKick: () => !kicked,
    drain(most) {
      const packets = receive(socket, singleBuffer, most);
      packets.forEach(note);
      return packets.length;
    },
    refill: (frames) => recycle(socket, frames),
    asleep,
    async sleep(until) {
      if (asleep() !== undefined) return;
      await last?.sleeper[Symbol.asyncDispose]();
      last = { until, sleeper: await sleepInPoll(socket, until === 'readable' ? pollEvent.in : pollEvent.out) };
    },
    async [Symbol.asyncDispose]() {
      await last?.sleeper[Symbol.asyncDispose]();
      socket.close();
    },
  };
}
