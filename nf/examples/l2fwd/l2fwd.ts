/** Forwards packets: see README.md. */
import type { Packet, Port } from '../../typescript/index.js';
import { numberOf, runExample } from '../example.js';

const batch = 64;
const macBytes = 6;

await runExample({
  name: 'l2fwd',
  usage: '[--swap-macs] [--busy-us N]',
  options: { 'swap-macs': { type: 'boolean' }, 'busy-us': { type: 'string' } },
  read: (values) => ({ busyUs: numberOf(values, 'busy-us'), swap: values['swap-macs'] === true }),
  async work(port, { busyUs, swap }, signal) {
    while (!signal.aborted) {
      const count = forward(port, swap);
      if (count === 0 && port.leaving()) break;
      await port.wait({ busyUs, signal });
    }
  },
});

/** Returns how many came. There is room for them, so all are sent. */
function forward(port: Port, swap: boolean): number {
  const packets = port.receive(Math.min(port.room(), batch));
  const edges = port.edges();
  for (const packet of packets) {
    if (swap) swapMacs(packet);
    packet.edge = chooseEdge(packet, edges);
  }
  port.send(packets);
  return packets.length;
}

function swapMacs({ bytes }: Packet): void {
  if (bytes.length < 2 * macBytes) return;
  const destination = bytes.slice(0, macBytes);
  bytes.copyWithin(0, macBytes, 2 * macBytes);
  bytes.set(destination, macBytes);
}

/** Where there are several targets, the last byte of the destination chooses. Where there are not, it is not read. */
function chooseEdge(packet: Packet, edges: number): number {
  return packet.length < macBytes || edges < 2 ? 0 : packet.view.getUint8(macBytes - 1) % edges;
}
