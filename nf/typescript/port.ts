import { FlashError } from '../../harness/errors.js';
import type { NativePort } from '../../harness/ffi/flash-port.js';
import { explaining, explainPort } from './failures.js';
import { holdPackets } from './held-packets.js';
import { requireLength, writeBack, type HeldPacket, type Packet } from './packet.js';
import { readStats, type Stats } from './stats.js';
import { waitForPort, type WaitOptions, type Wake } from './wait.js';

/**
 * A socket of a network function with all that belongs to it. Whatever number of packets a call is about, it calls C
 * once. Every call throws a FlashError once the port is closed.
 */
export interface Port extends Disposable {
  /**
   * The packets that have come: `max` at most, and no more than 256. Drops those of the last call that were not sent,
   * dropped or kept since.
   */
  readonly receive: (max: number) => Packet[];
  /**
   * New packets of these bytes, as many as there are free frames for, from the first one on. They are kept. Free frames
   * go on the fill ring as long as there is room: who makes packets has more frames than the rings have entries.
   */
  readonly create: (contents: readonly Uint8Array[]) => Packet[];
  /**
   * Sends packets into the edges that they name. They leave with wait(). Returns those that there was no room for,
   * which the program still has: wait() waits for room then. Throws, and sends nothing, if one is not there any more,
   * is there twice, or names an edge that there is not.
   */
  readonly send: (packets: Iterable<Packet>) => Packet[];
  /** Has their frames be used for other ones. Throws, and drops nothing, if one is not there any more. */
  readonly drop: (packets: Iterable<Packet>) => void;
  /** The program has them until it sends or drops them. Nothing can be received into their frames meanwhile. */
  readonly keep: (packets: Iterable<Packet>) => void;
  /** How many packets can be sent. A program that is told 0 is blocked, and wait() waits for room. */
  readonly room: () => number;
  /** How many packets were sent that the kernel has not taken. */
  readonly pending: () => number;
  /**
   * How many edges there are to choose from: 1 for who opened the port itself, which leads onto the wire. It changes
   * in wait() alone.
   */
  readonly edges: () => number;
  /**
   * Whether the monitor wants it to go: nothing more is sent to it. It works on what has come, has what was sent go,
   * and closes the port.
   */
  readonly leaving: () => boolean;
  /** Whether there is a monitor that knows of it. If not, wait() looks for one every second. */
  readonly monitored: () => boolean;
  /**
   * Lets go what was sent, gives free frames to the kernel, hears the monitor, and waits until there are packets or
   * anything else of `Wake`. The event loop goes on. A program that always has packets to work on does this after each
   * batch. Throws if it is called while it waits, and if the device is gone, within a second.
   */
  readonly wait: (options?: WaitOptions) => Promise<Wake>;
  readonly stats: () => Stats;
  /** How many packets the program has, and how many frames are with nobody. */
  readonly frames: () => { readonly held: number; readonly free: number };
  /** The function has left the chain then: what is on its rings is lost, and so are packets that the program has. */
  readonly close: () => void;
}

/** As the kernel leaves before what it receives. */
const usualHeadroom = 256;

export function makePort(native: NativePort): Port {
  const { table, frameBytes } = native;
  const held = holdPackets(native);
  const closing = new AbortController();
  let latest: readonly Packet[] = [];
  let waiting = false;

  const requireOpen = (): void => {
    if (closing.signal.aborted) throw closing.signal.reason;
  };
  const whenOpen =
    <Arguments extends unknown[], Result>(work: (...args: Arguments) => Result) =>
    (...args: Arguments): Result => {
      requireOpen();
      return explaining(() => work(...args), explainPort);
    };
  const accept = (count: number): Packet[] => {
    const { packets, unusable } = held.accept(Array.from({ length: count }, (_, index) => table.read(index)));
    for (const [index, place] of unusable.entries()) table.write(index, place);
    if (unusable.length > 0) native.release(unusable.length);
    return packets;
  };
  const release = (leaving: readonly HeldPacket[]): void => {
    for (const part of inParts(leaving, table.capacity)) {
      for (const [index, each] of part.entries()) table.write(index, each.place);
      native.release(part.length);
    }
    held.remove(leaving, 'dropped');
  };
  const sendPart = (part: readonly HeldPacket[]): number => {
    for (const [index, each] of part.entries()) table.write(index, each.place, each.edge);
    const sent = native.send(part.length);
    held.remove(part.slice(0, sent), 'sent');
    return sent;
  };
  const close = (): void => {
    if (closing.signal.aborted) return;
    const advice = 'open or join another one';
    closing.abort(new FlashError('usage', 'the port is closed', { advice }));
    held.remove(held.all(), 'lost as its port was closed');
    native.close();
  };

  return {
    receive: whenOpen((max) => {
      release(held.present(latest));
      latest = accept(native.receive(atLeastNone(max)));
      return [...latest];
    }),
    create: whenOpen((contents) => {
      for (const { length } of contents) requireLength(length, frameBytes);
      const made: Packet[] = [];
      for (const part of inParts(contents, table.capacity)) {
        const count = native.take(part.length);
        for (let index = 0; index < count; index++)
          table.write(index, { addr: table.read(index).addr + usualHeadroom, length: 1 });
        const packets = accept(count);
        for (const [index, packet] of packets.entries()) packet.replace(part[index] ?? new Uint8Array(1));
        made.push(...packets);
        if (packets.length < part.length) break;
      }
      return made;
    }),
    send: whenOpen((packets) => {
      const wanted = held.lookUp(packets, 'sending packets');
      const edges = native.edges();
      for (const { edge } of wanted) requireEdge(edge, edges);
      for (const each of wanted) writeBack(each);
      let sent = 0;
      for (const part of inParts(wanted, table.capacity)) {
        const count = sendPart(part);
        sent += count;
        if (count < part.length) break;
      }
      return wanted.slice(sent).map(({ packet }) => packet);
    }),
    drop: whenOpen((packets) => release(held.lookUp(packets, 'dropping packets'))),
    keep: whenOpen((packets) => {
      const kept = new Set(held.lookUp(packets, 'keeping packets').map(({ packet }) => packet));
      latest = latest.filter((packet) => !kept.has(packet));
    }),
    room: whenOpen(native.room),
    pending: whenOpen(native.pending),
    edges: whenOpen(native.edges),
    leaving: whenOpen(native.leaving),
    monitored: whenOpen(native.monitored),
    async wait(options = {}) {
      requireOpen();
      if (waiting)
        throw new FlashError('usage', 'the port is waited for already', {
          advice: 'await each wait() before the next one',
        });
      waiting = true;
      try {
        const prepare = whenOpen(native.prepare);
        return await waitForPort(prepare, options, closing.signal);
      } finally {
        waiting = false;
      }
    },
    stats: whenOpen(() => readStats(native.stats(), held.impossible())),
    frames: whenOpen(() => ({ held: held.count(), free: native.free() })),
    close,
    [Symbol.dispose]: close,
  };
}

function requireEdge(edge: number, edges: number): void {
  if (Number.isInteger(edge) && edge >= 0 && edge < edges) return;
  throw new FlashError('usage', `sending packets: there is no edge ${edge}`, {
    advice: `edges() says how many there are: ${edges}, the first of which is 0`,
  });
}

const atLeastNone = (count: number): number => Math.max(0, Math.floor(count) || 0);

function inParts<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, part) => all.slice(part * size, (part + 1) * size));
}
