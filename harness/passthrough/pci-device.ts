import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A PCI device as sysfs has it. */
export interface PciDevice {
  readonly address: string;
  /** Such as 0x020000, which is an Ethernet controller. */
  readonly class: string;
  readonly modalias: string;
  readonly driver: string | undefined;
  /** The only driver that may bind to it, if there is such a limit. */
  readonly driverOverride: string | undefined;
  readonly iommuGroup: string | undefined;
  /** The other devices of its IOMMU group. */
  readonly groupOthers: readonly string[];
  /** The interfaces that it has in this network namespace. */
  readonly interfaces: readonly string[];
  readonly virtualFunctions: number;
}

/** What people write, as sysfs has it: the domain may be left out. Undefined if it is no address. */
export function parsePciAddress(text: string): string | undefined {
  const [, domain = '0000', rest] =
    /^(?:([0-9a-f]{4}):)?([0-9a-f]{2}:[01][0-9a-f]\.[0-7])$/.exec(text.toLowerCase()) ?? [];
  return rest === undefined ? undefined : `${domain}:${rest}`;
}

export function pciPath(sysfs: string, address: string): string {
  return join(sysfs, 'bus', 'pci', 'devices', address);
}

export function driverPath(sysfs: string, driver: string): string {
  return join(sysfs, 'bus', 'pci', 'drivers', driver);
}

/** Undefined if there is no such device. */
export function readPciDevice(sysfs: string, address: string): PciDevice | undefined {
  const path = pciPath(sysfs, address);
  if (!existsSync(path)) return undefined;
  const text = (name: string): string => readIfThere(join(path, name));
  const override = text('driver_override');
  return {
    address,
    class: text('class'),
    modalias: text('modalias'),
    driver: linkName(join(path, 'driver')),
    driverOverride: override === '(null)' || override === '' ? undefined : override,
    iommuGroup: linkName(join(path, 'iommu_group')),
    groupOthers: namesIn(join(path, 'iommu_group', 'devices')).filter((name) => name !== address),
    interfaces: namesIn(join(path, 'net')),
    virtualFunctions: Number(text('sriov_numvfs')),
  };
}

export function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
}

export function namesIn(path: string): readonly string[] {
  return existsSync(path) ? readdirSync(path).sort() : [];
}

function linkName(path: string): string | undefined {
  return existsSync(path) ? basename(readlinkSync(path)) : undefined;
}
