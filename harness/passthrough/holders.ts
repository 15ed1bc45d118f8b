import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn, pciPath, type PciDevice } from './pci-device.js';
import { deviceIdPrefix } from './qemu-devices.js';
import type { System } from './system.js';

/** A process that has a device by vfio. */
export interface Holder {
  readonly pid: number;
  readonly program: string;
  /** A guest that the harness started. */
  readonly ours: boolean;
}

export function holdersOf({ sysfs, procfs }: System, { address, iommuGroup }: PciDevice): readonly Holder[] {
  const cdevs = namesIn(join(pciPath(sysfs, address), 'vfio-dev')).map((name) => `/dev/vfio/devices/${name}`);
  const files = new Set([`/dev/vfio/${iommuGroup}`, ...cdevs]);
  const pids = readdirSync(procfs).filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => openFiles(join(procfs, pid, 'fd')).some((file) => files.has(file)))
    .map(Number)
    .map((pid) => {
      const words = readFileSync(join(procfs, String(pid), 'cmdline'), 'utf8').split('\0');
      return { pid, program: words[0] ?? '', ours: words.some((word) => word.includes(deviceIdPrefix)) };
    });
}

function openFiles(path: string): readonly string[] {
  try {
    return existsSync(path) ? readdirSync(path).map((fd) => readlinkSync(join(path, fd))) : [];
  } catch {
    // It ends at this moment, or is somebody else's.
    return [];
  }
}
