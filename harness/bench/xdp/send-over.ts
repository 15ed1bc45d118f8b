import { FlashError } from '../../errors.js';
import { startPump, type Pump } from '../../native/pump.js';
import { waitUntil } from '../../process/wait-until.js';
import { runToEnd } from '../cost-pump.js';

const [rounds, batch] = [400, 32];

export const packetsSent = rounds * batch;
export const deadlineMs = 20_000;

/** Sends UDP packets from a device to its peer; returns what a packet costs, in nanoseconds. */
export async function sendOver({
  netns,
  ifname,
}: {
  readonly netns: string;
  readonly ifname: string;
}): Promise<number> {
  const options = { ifname, wire: true, udp: true, ringSize: 256, packetBytes: 64, batch, rounds };
  const start = (): Promise<Pump | undefined> => startPump({ netns, mode: 'cost', ...options }).catch(ifBusy);
  // The kernel lets go of the queues of the last one in its own time.
  await using pump = await waitUntil(start, { what: `the queues of ${ifname}`, deadlineMs });
  return await runToEnd(pump, `packets over ${ifname}`);
}

function ifBusy(error: unknown): undefined {
  if (!(error instanceof FlashError) || !/error 16$/m.test(error.details.logTail ?? '')) throw error;
}
