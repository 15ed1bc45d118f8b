import { setTimeout as delay } from 'node:timers/promises';
import type { XdpSocket } from '../../../ffi/socket-types.js';
import { recycle } from './socket-row.js';
import { takeUdp, writeUdp } from './udp-packets.js';

/**
 * Sends one packet after the other until the last one arrives. A driver tells its port what to take from
 * the wire some time after a change of the program, and until then a broadcast is not for it.
 */
export async function reach(from: XdpSocket, to: readonly XdpSocket[]): Promise<void> {
  const [probes, looks, lookMs] = [200, 20, 5];
  const takeNumbers = (socket: XdpSocket): number[] => {
    recycle(socket, 48);
    socket.receive();
    return takeUdp(socket).map(({ number }) => number);
  };
  for (let probe = 0; probe < probes; probe++) {
    from.rings.tx.produce([writeUdp(from.umem, 0, probe)]);
    from.kick();
    for (let look = 0; look < looks; look++) {
      await delay(lookMs);
      if (to.flatMap(takeNumbers).includes(probe)) return;
    }
    from.umem.give(from.rings.completion.consume());
  }
  throw new Error(`none of ${probes} packets crossed the wire`);
}
