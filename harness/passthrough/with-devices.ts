import { existsSync } from 'node:fs';
import { FlashError } from '../errors.js';
import { withLock } from '../host/lock.js';
import { giveBack } from './give-back.js';
import { inspect, requireNothingInTheWay } from './inspect.js';
import { driverPath } from './pci-device.js';
import { deviceDir, recordedDevices } from './record.js';
import { thisSystem, type System } from './system.js';
import { guestDriver, take } from './take.js';

/** Devices that vfio-pci serves for the time being. */
export interface TakenDevices {
  readonly addresses: readonly string[];
  /** What the guest's kernel will serve them with. */
  readonly driver: string;
}

export interface WithDevicesOptions {
  readonly system?: System;
  /** The drivers that the guest's kernel has: those of the cards that the tests know, unless told. */
  readonly guestDrivers?: readonly string[] | undefined;
}

/** Refuses devices that cannot be taken, before anything else is done. What killed runs left behind is not in the way. */
export async function requireDevices(
  addresses: readonly string[],
  { system = thisSystem, guestDrivers }: WithDevicesOptions = {},
): Promise<void> {
  // Who is not root cannot even lock them.
  if (system.isRoot) await giveBackLeftovers(system);
  requireNothingInTheWay(await inspect(system, addresses, guestDrivers), addresses);
}

/**
 * Takes devices from their drivers for as long as the work lasts, however that ends. What a killed run left behind is
 * given back first.
 */
export async function withDevices<T>(
  addresses: readonly string[],
  work: (devices: TakenDevices) => Promise<T>,
  { system = thisSystem, guestDrivers }: WithDevicesOptions = {},
): Promise<T> {
  if (system.isRoot) await giveBackLeftovers(system);
  else await requireDevices(addresses, { system, guestDrivers });
  return lockAll(system, addresses, async () => {
    await giveBackAll(system, addresses);
    const inspection = await inspect(system, addresses, guestDrivers);
    requireNothingInTheWay(inspection, addresses);
    const [driver = ''] = inspection.drivers;
    try {
      if (!existsSync(driverPath(system.sysfs, guestDriver))) await system.loadModule(guestDriver);
      for (const address of addresses) await take(system, address);
      return await work({ addresses, driver });
    } finally {
      await giveBackAll(system, addresses);
    }
  });
}

/** Gives back what killed runs have left, and returns what that was. What a run still has is left alone. */
export async function giveBackLeftovers(system: System = thisSystem): Promise<readonly string[]> {
  const given: string[] = [];
  for (const address of recordedDevices(system.recordsDir)) {
    let isFree = false;
    try {
      await lockAll(system, [address], async () => {
        isFree = true;
        await giveBack(system, address);
      });
      given.push(address);
    } catch (error) {
      if (isFree || !(error instanceof FlashError && error.kind === 'busy')) throw error;
    }
  }
  return given;
}

function lockAll<T>(system: System, [address, ...others]: readonly string[], work: () => Promise<T>): Promise<T> {
  if (address === undefined) return work();
  const locked = { what: address, advice: 'wait for it to end, or name another device' };
  const inner = (): Promise<T> => lockAll(system, others, work);
  return withLock(deviceDir(system.recordsDir, address), 'giving it to a guest', inner, locked);
}

/** All of them, also if one cannot be given back. */
async function giveBackAll(system: System, addresses: readonly string[]): Promise<void> {
  const results = [];
  for (const address of addresses) results.push(await Promise.allSettled([giveBack(system, address)]));
  const failed = results.flat().find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
