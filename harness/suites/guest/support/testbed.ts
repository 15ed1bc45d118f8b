import { createUmem, type Umem, type UmemOptions } from '../../../ffi/umem.js';
import { startPump, type Pump, type PumpOptions } from '../../../native/pump.js';
import type { Device, Testbed } from './device.js';
import { makeNicTestbed } from './nic-testbed.js';
import { nicTestbedSchema, testbedVariable, type NicTestbedOptions } from '../../testbed-options.js';
import { vethTestbed } from './veth-testbed.js';

const given = process.env[testbedVariable];

/** What the tests of this process run on. */
export let testbed: Testbed = chooseTestbed(
  given === undefined ? undefined : nicTestbedSchema.parse(JSON.parse(given)),
);

function chooseTestbed(nic: NicTestbedOptions | undefined): Testbed {
  return nic === undefined ? vethTestbed : makeNicTestbed(nic);
}

/** For a process that is told otherwise than by its environment, before it opens a socket. */
export function useTestbed(nic: NicTestbedOptions | undefined): void {
  testbed = chooseTestbed(nic);
}

export const borrowDevice = (): Promise<Device> => testbed.borrow();

/** A UMEM with as many frames for the test, whatever the drivers take, and as its device can use it. */
export function createTestUmem({ frameCount, ...options }: UmemOptions): Umem {
  const hugePages = testbed.zeroCopy && options.unaligned === true;
  return createUmem({ ...options, hugePages, frameCount: frameCount + testbed.queues * testbed.driverFrames });
}

/** A pump on the device of a test. */
export function startPumpOn(
  { netns, a, zeroCopy }: Device,
  options: Omit<PumpOptions, 'netns' | 'ifname' | 'zeroCopy'>,
): Promise<Pump> {
  return startPump({ netns, ifname: a, zeroCopy, ...options });
}
