import { createUmem, type Umem, type UmemOptions } from '../../ffi/umem.js';
import { startPump, type Pump, type PumpOptions } from '../../native/pump.js';
import type { Device, Testbed } from './device.js';
import { makeNicTestbed, type NicTestbedOptions } from './nic-testbed.js';
import { testbedVariable } from '../testbed-variable.js';
import { vethTestbed } from './veth-testbed.js';

const given = process.env[testbedVariable];

export const testbed: Testbed = given === undefined ? vethTestbed : makeNicTestbed(JSON.parse(given) as NicTestbedOptions);

export const borrowDevice = (): Promise<Device> => testbed.borrow();

const mostQueues = 9;

/** A UMEM with as many frames for the test, whatever the drivers take, and as its device can use it. */
export function createTestUmem({ frameCount, ...options }: UmemOptions): Umem {
  const hugePages = testbed.zeroCopy && options.unaligned === true;
  return createUmem({ ...options, hugePages, frameCount: frameCount + mostQueues * testbed.driverFrames });
}

/** A pump on the device of a test. */
export function startPumpOn({ netns, a, zeroCopy }: Device, options: Omit<PumpOptions, 'netns' | 'ifname' | 'zeroCopy'>): Promise<Pump> {
  return startPump({ netns, ifname: a, zeroCopy, ...options });
}
