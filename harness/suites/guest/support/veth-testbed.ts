import { bindFlag } from '../../../ffi/libc.js';
import type { Testbed } from './device.js';
import { makeVeth, usualQueues, type VethPair } from './veth.js';

const idle: VethPair[] = [];

/** Copy mode; an emulated processor takes seconds to make a pair, so they are used again. */
export const vethTestbed = {
  bindFlags: bindFlag.copy | bindFlag.useNeedWakeup,
  zeroCopy: false,
  severalBuffers: true,
  controlsWire: false,
  driverRedirects: false,
  hasPeer: true,
  driverFrames: 0,
  queues: usualQueues,
  keepsFramesWhileDown: false,
  busyPolls: true,
  leasesQueues: false,
  async borrow(): Promise<VethPair> {
    const pair = idle.pop() ?? (await makeVeth());
    return { ...pair, [Symbol.asyncDispose]: async () => void idle.push(pair) };
  },
  settle: (socket) => socket,
  async dispose() {
    for (const pair of idle.splice(0)) await pair[Symbol.asyncDispose]();
  },
} satisfies Testbed;
