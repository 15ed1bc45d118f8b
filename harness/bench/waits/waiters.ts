import { FlashError } from '../../errors.js';
import { closing } from '../../ffi/closing.js';
import type { XdpSocket } from '../../ffi/socket-types.js';
import { createUmem } from '../../ffi/umem.js';
import { openSocket } from '../../ffi/xdp-socket.js';
import { listedAs } from '../../flash/opened.js';
import { setRoute } from '../../flash/registry.js';
import { costNetns } from '../cost-pump.js';

/** Each has a packet on the RX ring of the target, which is full while they wait. */
export const mostSources = 64;
const ringSize = mostSources;

const packetBytes = 64;
const lookMs = 0.1;
const deadlineMs = 10_000;

export interface Waiters extends Disposable {
  /**
   * Has each source kick a packet that the target has no room for, and after a while makes room. Returns after how many
   * milliseconds the last of them has arrived. Holds up this thread.
   */
  readonly turn: (idleMs: number) => number;
}

/**
 *   a:0 [source] ... [source] --next--> [target] a:1
 *
 * On a veth pair, in one UMEM. The target makes no system call, so that only the timer serves who waits there.
 */
export function openWaiters(count: number): Waiters {
  using opened = closing();
  const umem = opened.use(createUmem({ frameCount: 4 * ringSize }));
  const open = (queue: number): ReturnType<typeof listedAs<XdpSocket>> => {
    const listed = listedAs(() => openSocket({ netns: costNetns, ifname: 'a', queue, umem, ...sizes }));
    opened.use(listed.socket);
    return listed;
  };
  const target = open(1);
  const sources = Array.from({ length: count }, () => open(0));
  for (const { id } of sources) setRoute(id, [target.id]);
  const sockets = sources.map(({ socket }) => socket);

  const { [Symbol.dispose]: dispose } = opened.keep();
  return { turn: (idleMs) => takeTurn(target.socket, sockets, idleMs), [Symbol.dispose]: dispose };
}

const sizes = { rxSize: ringSize, txSize: ringSize, fillSize: 2 * ringSize, completionSize: 2 * ringSize };

function takeTurn(target: XdpSocket, sources: readonly XdpSocket[], idleMs: number): number {
  const [first] = sources;
  if (first === undefined) throw new FlashError('usage', 'nobody waits without a source');
  const { rx, fill } = target.rings;

  fill.produce(target.umem.take(ringSize));
  kick(first, ringSize);
  waitFor('the RX ring to be full', () => rx.count() === ringSize);
  for (const source of sources) kick(source, 1);
  sleep(idleMs);

  fill.produce(target.umem.take(sources.length));
  drain(target);
  const room = process.hrtime.bigint();
  waitFor('a packet of each source', () => rx.count() === sources.length);
  const waitedMs = Number(process.hrtime.bigint() - room) / 1e6;

  drain(target);
  first.umem.give(first.rings.completion.consume());
  return waitedMs;
}

function kick({ umem, rings, kick: send }: XdpSocket, packets: number): void {
  rings.tx.produce(umem.take(packets).map((addr) => ({ addr, len: packetBytes })));
  send();
}

function drain({ umem, rings }: XdpSocket): void {
  umem.give(rings.rx.consume().map(({ addr }) => addr));
}

function waitFor(what: string, isSo: () => boolean): void {
  const deadline = performance.now() + deadlineMs;
  while (!isSo()) {
    if (performance.now() > deadline) throw new FlashError('guest', `waited ${deadlineMs} ms in vain for ${what}`);
    sleep(lookMs);
  }
}

const nobody = new Int32Array(new SharedArrayBuffer(4));

function sleep(milliseconds: number): void {
  Atomics.wait(nobody, 0, 0, milliseconds);
}
