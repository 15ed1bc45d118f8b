import { nativePaths } from '../../../native/build-native.js';
import { isLinkLocal } from '../../../passthrough/network.js';
import { readPciDevice } from '../../../passthrough/pci-device.js';
import { passthroughQemuArgs } from '../../../passthrough/qemu-devices.js';
import { thisSystem } from '../../../passthrough/system.js';
import { follow, type Followed } from '../../../process/follow.js';
import { start } from '../../../process/run.js';
import { qemuName } from '../../../qemu/probe.js';

/** What is known of a NIC, and is to be the same before and after. */
export interface NicState {
  readonly name: string;
  readonly driver: string | undefined;
  readonly driverOverride: string | undefined;
  readonly link: unknown;
}

export async function readNic(address: string): Promise<NicState> {
  const { driver, driverOverride, interfaces = [] } = readPciDevice(thisSystem.sysfs, address) ?? {};
  const [name = ''] = interfaces;
  const link = (await thisSystem.network.links()).find((each) => each.name === name);
  const addresses = link?.addresses.filter((each) => !isLinkLocal(each));
  return { name, driver, driverOverride, link: { ...link, addresses } };
}

/** The exit code of a QEMU that its guest has told to end well. */
export const endedWell = 1;

/** A guest that has some NICs and runs one program on the first: see native/passthrough/guest.c. */
export function startInnerGuest(addresses: readonly string[], word: string): Followed {
  const machine = '-machine q35 -accel tcg -m 64 -nodefaults -display none -no-reboot -serial stdio';
  const words = [machine, '-device isa-debug-exit,iobase=0xf4,iosize=4', ...passthroughQemuArgs(addresses)];
  const args = [...words.join(' ').split(' '), '-kernel', nativePaths.passthroughGuest, '-append', word];
  return follow(start(qemuName, args), 'the guest of the guest');
}
