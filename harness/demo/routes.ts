import { FlashError } from '../errors.js';
import { clearRoute, setRoute, type FlashSocket } from '../flash/registry.js';
import type { Direction, FunctionStatus, PortStatus } from './functions.js';
import type { LinkCounters } from '../host/netns.js';

/** A socket of a network function, with the id the kernel knows it by. */
export interface ChainSocket {
  /** As in `nf2.forward`. */
  readonly name: string;
  readonly functionName: string;
  readonly direction: Direction;
  readonly flashId: number;
  readonly umem: number;
}

/** One step of a packet from socket to socket. */
export interface Hop {
  readonly from: ChainSocket;
  readonly to: ChainSocket;
}

export function socketName(functionName: string, direction: Direction): string {
  return `${functionName}.${direction}`;
}

/** Finds each function's sockets in the kernel's list of their network namespace: by process name and by binding. */
export function findSockets(
  statuses: readonly FunctionStatus[],
  links: Readonly<Record<string, Pick<LinkCounters, 'ifindex'>>>,
  registered: readonly FlashSocket[],
): ChainSocket[] {
  return statuses.flatMap(({ name, pid, ports }) =>
    ports.map((port) => {
      const ifindex = links[port.ifname]?.ifindex;
      const found = registered.find(
        (socket) => socket.pid === pid && socket.ifindex === ifindex && socket.qid === port.queue,
      );
      if (found === undefined || found.procname !== name) throw notRegistered(name, port, registered);
      return {
        name: socketName(name, port.direction),
        functionName: name,
        direction: port.direction,
        flashId: found.id,
        umem: found.umem,
      };
    }),
  );
}

/** The hops of a chain: forward in the order of the functions, reverse the other way. */
export function chainHops(sockets: readonly ChainSocket[]): Hop[] {
  const inOrder = (direction: Direction): ChainSocket[] => sockets.filter((socket) => socket.direction === direction);
  return [...pairs(inOrder('forward')), ...pairs(inOrder('reverse').reverse())];
}

function pairs(sockets: readonly ChainSocket[]): Hop[] {
  return sockets.slice(1).map((to, index) => ({ from: sockets[index] as ChainSocket, to }));
}

/** Sets the route of every hop; disposing clears them again. */
export function connect(hops: readonly Hop[]): Disposable {
  for (const { from, to } of hops) setRoute(from.flashId, [to.flashId]);
  return {
    [Symbol.dispose]() {
      for (const { from } of hops) clearRoute(from.flashId);
    },
  };
}

function notRegistered(name: string, { ifname, queue }: PortStatus, registered: readonly FlashSocket[]): FlashError {
  return new FlashError(
    'infrastructure',
    `the kernel does not list the socket of ${name} on ${ifname} queue ${queue}`,
    {
      logTail: JSON.stringify(
        registered.map(({ id, pid, procname, ifindex, qid }) => ({ id, pid, procname, ifindex, qid })),
      ),
    },
  );
}
