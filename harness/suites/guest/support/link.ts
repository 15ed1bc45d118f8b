import type { ExecutionContext } from 'ava';
import { run } from '../../../process/run.js';
import type { Device } from './device.js';
import { waitForLink } from './nic-testbed.js';
import { testbed } from './testbed.js';

export const setLink = ({ netns }: Device, ifname: string, state: 'up' | 'down'): Promise<unknown> =>
  run('ip', ['-n', netns, 'link', 'set', 'dev', ifname, state]);

/** However a test ends that takes a device down: the next one borrows it. */
export function upAtEnd(t: ExecutionContext, device: Device, ifname: string): void {
  t.teardown(async () => {
    await setLink(device, ifname, 'up');
    if (testbed.zeroCopy) await waitForLink();
  });
}
