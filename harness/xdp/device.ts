import { FlashError } from '../errors.js';
import { NativeError } from '../ffi/native-error.js';
import { indexOf } from '../ffi/xdp-program.js';
import type { XdpDevice } from './attachment.js';

/** The index of a device in its network namespace. A user has named it, who may be wrong. */
export function indexOfNamed({ ifname, netns }: XdpDevice): number {
  try {
    return indexOf(ifname, netns);
  } catch (error) {
    if (!(error instanceof NativeError) || error.errno !== 'ENODEV') throw error;
    const where = netns === undefined ? 'here' : `in network namespace ${netns}`;
    throw new FlashError('usage', `there is no device "${ifname}" ${where}`, {
      advice: `\`ip ${netns === undefined ? '' : `-n ${netns} `}link\` shows those there are`,
    });
  }
}
