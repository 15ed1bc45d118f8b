import { join } from 'node:path';
import { FlashError } from '../errors.js';
import { readInterfaces } from './interface-state.js';
import { driverPath, pciPath, readPciDevice } from './pci-device.js';
import { writeRecord } from './record.js';
import type { System } from './system.js';

export const guestDriver = 'vfio-pci';

/** Has vfio-pci serve a device, in place of its driver. How it was is on record before anything is changed. */
export async function take(system: System, address: string): Promise<void> {
  const device = readPciDevice(system.sysfs, address);
  if (device === undefined) throw new FlashError('infrastructure', `${address} went away before it could be taken`);
  const { driver, driverOverride } = device;
  writeRecord(system.recordsDir, {
    address,
    ...(driver !== undefined && { driver }),
    ...(driverOverride !== undefined && { driverOverride }),
    interfaces: await readInterfaces(system, address),
  });
  if (driver === guestDriver) return;
  await system.write(join(pciPath(system.sysfs, address), 'driver_override'), guestDriver);
  if (driver !== undefined) await system.write(join(driverPath(system.sysfs, driver), 'unbind'), address);
  await bind(system, guestDriver, address);
}

/** Binds a device that has no driver. */
export async function bind({ sysfs, write }: System, driver: string, address: string): Promise<void> {
  try {
    await write(join(driverPath(sysfs, driver), 'bind'), address);
  } catch (cause) {
    const { code = 'EIO' } = cause as NodeJS.ErrnoException;
    throw new FlashError('infrastructure', `${driver} could not be bound to ${address} (${code})`, {
      advice: "the end of the kernel's log (`dmesg`) says why",
      cause,
    });
  }
}
