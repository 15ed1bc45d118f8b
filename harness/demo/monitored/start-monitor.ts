import { FlashError } from '../../errors.js';
import { startIn } from '../../host/netns.js';
import { bundleOf } from '../../host/repository.js';
import { follow, type Followed } from '../../process/follow.js';
import { waitUntil } from '../../process/wait-until.js';

export const monitorCommand = ['--enable-source-maps', bundleOf('monitor')] as const;
const startDeadlineMs = 120_000;

export interface MonitorPlace {
  readonly netns: string;
  readonly socket: string;
  readonly state: string;
}

/** `npm run monitor -- serve` in a namespace, once it listens. Whoever calls stops it. */
export async function startMonitor({ netns, socket, state }: MonitorPlace): Promise<Followed> {
  const args = [...monitorCommand, 'serve', '--socket', socket, '--state', state];
  const monitor = follow(startIn(netns, process.execPath, args), 'the monitor');
  try {
    await waitUntil(() => monitor.stderr().includes('listening') || monitor.ending() !== undefined, {
      what: 'the monitor to listen',
      deadlineMs: startDeadlineMs,
      failAs: 'infrastructure',
      lastState: () => monitor.stderr(),
    });
    if (monitor.ending() === undefined) return monitor;
    throw new FlashError('infrastructure', 'the monitor did not start', { logTail: monitor.stderr() });
  } catch (error) {
    await monitor.stop();
    throw error;
  }
}
