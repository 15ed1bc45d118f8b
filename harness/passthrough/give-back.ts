import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../errors.js';
import { holdersOf } from './holders.js';
import { restoreInterfaces } from './interface-state.js';
import { driverPath, pciPath, readPciDevice, type PciDevice } from './pci-device.js';
import { readRecord, removeRecord, type DeviceRecord } from './record.js';
import type { System } from './system.js';
import { bind, guestDriver } from './take.js';

/**
 * Makes a device what its record says that it was. It may have been left at any step of being taken or given back, and
 * what others have done to it since stays.
 */
export async function giveBack(system: System, address: string): Promise<void> {
  const { sysfs, recordsDir } = system;
  const record = readRecord(recordsDir, address);
  if (record === undefined) return;
  const device = readPciDevice(sysfs, address);
  if (device === undefined) throw gone(address);
  await letGo(system, device, record);
  if (record.driver !== undefined && readPciDevice(sysfs, address)?.driver === undefined) {
    if (!existsSync(driverPath(sysfs, record.driver))) await system.loadModule(record.driver);
    // The driver may have found it when it was loaded.
    if (readPciDevice(sysfs, address)?.driver === undefined) await bind(system, record.driver, address);
  }
  if (readPciDevice(sysfs, address)?.driver === record.driver)
    await restoreInterfaces(system, address, record.interfaces);
  removeRecord(recordsDir, address);
}

async function letGo(system: System, device: PciDevice, record: DeviceRecord): Promise<void> {
  const { sysfs, write } = system;
  const { address } = device;
  if (device.driver === guestDriver && record.driver !== guestDriver) {
    await endHolders(system, device);
    await write(join(driverPath(sysfs, guestDriver), 'unbind'), address);
  }
  if (device.driverOverride === guestDriver && record.driverOverride !== guestDriver)
    await write(join(pciPath(sysfs, address), 'driver_override'), record.driverOverride ?? '\n');
}

/** vfio-pci lets go of a device when nobody has it open. A guest whose harness was killed is ended. */
async function endHolders(system: System, device: PciDevice): Promise<void> {
  const holders = holdersOf(system, device);
  const foreign = holders.find(({ ours }) => !ours);
  if (foreign !== undefined)
    throw new FlashError('busy', `process ${foreign.pid} (${foreign.program}) uses ${device.address}`, {
      advice: 'end it, and give the device back with `npm test -- nic --give-back`',
    });
  for (const { pid } of holders) await system.endProcess(pid);
}

function gone(address: string): FlashError {
  return new FlashError('infrastructure', `${address} cannot be given back: there is no such device any more`, {
    advice: '`echo 1 > /sys/bus/pci/rescan` finds one that was removed; then try `npm test -- nic --give-back`',
  });
}
