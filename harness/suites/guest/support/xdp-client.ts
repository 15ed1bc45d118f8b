import { openInetSocket, type InetSocket } from '../../../ffi/inet-socket.js';
import { addresses, type XdpWires } from './xdp-wires.js';

/** Sockets of the client, a flow each: they have ports of their own. */
export interface Flows extends Disposable {
  readonly ports: readonly number[];
  /** A datagram of each flow, or of these, to the hidden address. */
  readonly send: (text: string, from?: Iterable<number>) => void;
}

export const hiddenPort = 7100;

export function openFlows(wires: XdpWires, count: number, version: 4 | 6 = 4): Flows {
  const sockets = Array.from({ length: count }, (): InetSocket => {
    const socket = openInetSocket({ netns: wires.client, version, type: 'udp' });
    socket.connect(addresses.hidden[version], hiddenPort);
    return socket;
  });
  return {
    ports: sockets.map((socket) => socket.localPort()),
    send(text, from = sockets.keys()) {
      for (const index of from) sockets[index]?.send(Buffer.from(text));
    },
    [Symbol.dispose]() {
      for (const socket of sockets) socket[Symbol.dispose]();
    },
  };
}

/** The server at the hidden address. */
export function openHidden(wires: XdpWires, version: 4 | 6 = 4): InetSocket {
  const server = openInetSocket({ netns: wires.server, version, type: 'udp' });
  server.bind(addresses.hidden[version], hiddenPort);
  return server;
}
