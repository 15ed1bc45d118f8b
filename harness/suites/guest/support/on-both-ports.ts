import test, { type ExecutionContext } from 'ava';
import { runIn } from '../../../host/netns.js';
import { nics, waitForLink } from './nic-testbed.js';
import { testbed } from './testbed.js';

/** A test that has something at both ends of the wire. */
export function onBothPorts(title: string, run: (t: ExecutionContext) => Promise<void>): void {
  if (testbed.hasPeer) test.serial(title, run);
  else test.serial.skip(`${title}: this takes two ports with a cable between them, and there is one`, run);
}

/** What comes to `a` goes to its first queues, and what comes to `b` to its first. */
export async function preparePorts(netns: string, queuesOfA: number): Promise<void> {
  await runIn(netns, 'ethtool', ['-X', 'a', 'equal', String(queuesOfA)]);
  await runIn(netns, 'ethtool', ['-X', 'b', 'equal', '1']);
  await waitForLink();
  // The guest's processors may be away for longer than the wire would wait.
  if (testbed.controlsWire) await nics().wire(0).patience(0);
}
