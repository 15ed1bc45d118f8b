import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../errors.js';
import { packageVariable } from '../nics/ice-package/firmware.js';
import { nicCards, nicModels, type NicModel } from '../nics/model.js';
import { holdersOf } from './holders.js';
import { interfaceProblems } from './interface-problems.js';
import { driverPath, namesIn, readPciDevice, type PciDevice } from './pci-device.js';
import type { System } from './system.js';
import { guestDriver } from './take.js';

export interface Inspection {
  readonly devices: readonly PciDevice[];
  /** The card that they are, by the name of its model. */
  readonly model: NicModel | undefined;
  /** A sentence for each thing that is in the way, which also says what to do. */
  readonly problems: readonly string[];
}

/** Looks at everything that could go wrong or do harm if devices were taken; changes nothing. */
export async function inspect(system: System, addresses: readonly string[]): Promise<Inspection> {
  const found = addresses.map((address) => ({ address, device: readPciDevice(system.sysfs, address) }));
  const devices = found.flatMap(({ device }) => device ?? []);
  const missing = found.filter(({ device }) => device === undefined).map(({ address }) => noDevice(address));
  const cards = await Promise.all(devices.map((device) => cardOf(system, device)));
  const problems = [
    ...machineProblems(system, (await system.modulesOf(guestDriver)).length > 0),
    ...missing,
    ...devices.flatMap((device, index) => [...deviceProblems(system, device, cards[index], addresses)]),
    ...mixedCards(devices, cards),
    ...(await interfaceProblems(system, devices)),
  ];
  return { devices, model: cards[0], problems };
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

/** By the driver it has, or would have. */
async function cardOf({ modulesOf }: System, { driver, modalias }: PciDevice): Promise<NicModel | undefined> {
  const isFree = driver === undefined || driver === guestDriver;
  const drivers = isFree ? await modulesOf(modalias) : [driver];
  return nicModels.find((model) => drivers.includes(nicCards[model].driver));
}

function* deviceProblems(
  system: System,
  device: PciDevice,
  card: NicModel | undefined,
  addresses: readonly string[],
): Generator<string> {
  const { address, driver, iommuGroup } = device;
  if (!device.class.startsWith('0x02')) {
    yield `${address} is no NIC, but a PCI device of class ${device.class}: \`lspci -D\` says which are.`;
    return;
  }
  if (card === undefined) yield noCard(device);
  if (card === 'ice' && !process.env[packageVariable])
    yield `${address} is an E810, which takes only a package that Intel has signed: name one with ${packageVariable}, such as one of /lib/firmware/intel/ice/ddp.`;
  if (iommuGroup === undefined && namesIn(join(system.sysfs, 'class', 'iommu')).length > 0)
    yield `${address} is in no IOMMU group: the IOMMU does not cover its slot, so put the card into another.`;
  if (device.virtualFunctions > 0)
    yield `${address} has ${device.virtualFunctions} virtual functions, which would go with it: write 0 to its sriov_numvfs.`;
  yield* groupProblems(system, device, addresses);
  for (const { pid, program } of driver === guestDriver ? holdersOf(system, device) : [])
    yield `${address} is in use by process ${pid} (${program}): end that first.`;
}

function noCard({ address, driver }: PciDevice): string {
  const known = [...new Set(nicModels.map((model) => nicCards[model].driver))].join(', ');
  if (driver === undefined || driver === guestDriver)
    return `${address} is no card that any of ${known} serves, as far as modprobe knows: bind it to its driver to be sure.`;
  return `${address} is served by ${driver}, and the guest's kernel has only ${known}: name a NIC of one of these.`;
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

function* mixedCards(devices: readonly PciDevice[], cards: readonly (NicModel | undefined)[]): Generator<string> {
  const known = devices.map(({ address }, index) => ({ address, card: cards[index] })).filter(({ card }) => card);
  if (new Set(known.map(({ card }) => card)).size > 1)
    yield `${known.map(({ address, card }) => `${address} is of ${card}`).join(' and ')}: name ports of the same kind.`;
}
