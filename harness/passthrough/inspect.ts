import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../errors.js';
import { chosenBase } from '../kernel/source/base.js';
import { packageVariable } from '../nics/ice-package/firmware.js';
import { modelsFor } from '../nics/models-for.js';
import { nicCards } from '../nics/model.js';
import { holdersOf } from './holders.js';
import { interfaceProblems } from './interface-problems.js';
import { driverPath, namesIn, readPciDevice, type PciDevice } from './pci-device.js';
import type { System } from './system.js';
import { guestDriver } from './take.js';

export interface Inspection {
  readonly devices: readonly PciDevice[];
  /** What serves each of them, or would. */
  readonly drivers: readonly (string | undefined)[];
  /** A sentence for each thing that is in the way, which also says what to do. */
  readonly problems: readonly string[];
}

/** The drivers that the kernel of a guest has, and that tests of zero-copy mode know. */
const driversOfCards = (): readonly string[] => modelsFor(chosenBase()).map((model) => nicCards[model].driver);

/** Looks at everything that could go wrong or do harm if devices were taken; changes nothing. */
export async function inspect(
  system: System,
  addresses: readonly string[],
  guestDrivers = driversOfCards(),
): Promise<Inspection> {
  const found = addresses.map((address) => ({ address, device: readPciDevice(system.sysfs, address) }));
  const devices = found.flatMap(({ device }) => device ?? []);
  const missing = found.filter(({ device }) => device === undefined).map(({ address }) => noDevice(address));
  const drivers = await Promise.all(devices.map((device) => driverFor(system, device, guestDrivers)));
  const problems = [
    ...machineProblems(system, (await system.modulesOf(guestDriver)).length > 0),
    ...missing,
    ...devices.flatMap((device, index) => [
      ...cardProblems(device, drivers[index], guestDrivers),
      ...deviceProblems(system, device, addresses),
    ]),
    ...mixedCards(devices, drivers),
    ...(await interfaceProblems(system, devices, guestDrivers)),
  ];
  return { devices, drivers, problems };
}

/** Says all that is wrong at once. */
export function requireNothingInTheWay({ problems }: Inspection, addresses: readonly string[]): void {
  if (problems.length === 0) return;
  throw new FlashError('usage', `${addresses.join(' and ')} cannot be given to a guest`, {
    logTail: problems.join('\n'),
    advice: 'nothing has been changed',
  });
}

function noDevice(address: string): string {
  return `There is no PCI device ${address}: \`lspci -D\` lists those that there are.`;
}

function* machineProblems({ sysfs, isRoot }: System, hasModule: boolean): Generator<string> {
  if (!isRoot) yield 'Only root can take a device from its driver: run this as root.';
  if (namesIn(join(sysfs, 'class', 'iommu')).length === 0)
    yield 'No IOMMU is in use: switch VT-d or AMD-Vi on in the firmware, and boot with intel_iommu=on if it is one of Intel.';
  if (!existsSync(driverPath(sysfs, guestDriver)) && !hasModule)
    yield 'This kernel has no vfio-pci: boot one with CONFIG_VFIO_PCI, or install the package that has its modules.';
}

/** By the driver it has, or by what the modules of this kernel say; undefined if no guest has such a driver. */
async function driverFor(
  { modulesOf }: System,
  { driver, modalias }: PciDevice,
  guestDrivers: readonly string[],
): Promise<string | undefined> {
  const isFree = driver === undefined || driver === guestDriver;
  const candidates = isFree ? await modulesOf(modalias) : [driver];
  return candidates.find((each) => guestDrivers.includes(each));
}

const isNic = (device: PciDevice): boolean => device.class.startsWith('0x02');

function* cardProblems(
  device: PciDevice,
  driver: string | undefined,
  guestDrivers: readonly string[],
): Generator<string> {
  const { address } = device;
  if (!isNic(device))
    yield `${address} is no NIC, but a PCI device of class ${device.class}: \`lspci -D\` says which are.`;
  else if (driver === undefined) yield noDriver(device, guestDrivers.join(', '));
  if (driver === 'ice' && !process.env[packageVariable])
    yield `${address} is an E810, which takes only a package that Intel has signed: name one with ${packageVariable}, such as one of /lib/firmware/intel/ice/ddp.`;
}

function noDriver({ address, driver }: PciDevice, known: string): string {
  if (driver === undefined || driver === guestDriver)
    return `${address} is no card that any of ${known} serves, as far as modprobe knows: bind it to its driver to be sure.`;
  return `${address} is served by ${driver}, and the guest's kernel has only ${known}: name a NIC of one of these.`;
}

function* deviceProblems(system: System, device: PciDevice, addresses: readonly string[]): Generator<string> {
  const { address, driver, iommuGroup, virtualFunctions } = device;
  if (!isNic(device)) return;
  if (iommuGroup === undefined && namesIn(join(system.sysfs, 'class', 'iommu')).length > 0)
    yield `${address} is in no IOMMU group: the IOMMU does not cover its slot, so put the card into another.`;
  if (virtualFunctions > 0)
    yield `${address} has ${virtualFunctions} virtual functions, which would go with it: write 0 to its sriov_numvfs.`;
  yield* groupProblems(system, device, addresses);
  for (const { pid, program } of driver === guestDriver ? holdersOf(system, device) : [])
    yield `${address} is in use by process ${pid} (${program}): end that first.`;
}

/** A group goes to a guest as a whole. Bridges are not in the way. */
function* groupProblems({ sysfs }: System, device: PciDevice, addresses: readonly string[]): Generator<string> {
  const harmless = ['pcieport', 'pci-stub', undefined];
  for (const other of device.groupOthers.filter((each) => !addresses.includes(each))) {
    const driver = readPciDevice(sysfs, other)?.driver;
    if (harmless.includes(driver)) continue;
    yield `${other}, which ${driver} serves, is in the same IOMMU group as ${device.address}, ${device.iommuGroup}: name both if it is a port of the same card, or put the card into another slot.`;
  }
}

function* mixedCards(devices: readonly PciDevice[], drivers: readonly (string | undefined)[]): Generator<string> {
  const known = devices
    .flatMap(({ address }, index) => ({ address, driver: drivers[index] }))
    .filter(({ driver }) => driver);
  if (new Set(known.map(({ driver }) => driver)).size > 1)
    yield `${known.map(({ address, driver }) => `${address} is for ${driver}`).join(' and ')}: name ports of the same kind.`;
}
