import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeCpio } from '../../host/cpio.js';
import type { Firmware } from '../../nics/firmware.js';
import { nicCards, type NicCard, type NicPort } from '../../nics/model.js';
import { quote } from './run-directory.js';
import type { MachineOptions } from './virtme.js';

/** What the drivers of these cards ask for. */
export function firmwareOf(ports: readonly NicPort[]): Firmware[] {
  const cards = [...new Set(ports.map(({ model }) => model))].map((model): NicCard => nicCards[model]);
  return cards.flatMap(({ firmware }) => firmware ?? []);
}

/**
 * A driver that is built in probes before the guest's root is mounted, and finds the files in the initrd. That has
 * no /init, so the kernel mounts the root as usual, and the initrd's files are out of sight. A driver that is bound
 * again finds them where the guest shares files, and so does one that is a module: such a kernel boots by an initrd of
 * its own.
 */
export function attachFirmware<Machine extends MachineOptions>(
  machine: Machine,
  firmware: readonly Firmware[],
  driversAreModules = false,
): Machine {
  if (firmware.length === 0) return machine;
  const files = firmware.map(({ name, load }) => ({ name, bytes: load() }));
  const later = join(machine.sharedDir, 'firmware');
  for (const { name, bytes } of files) {
    mkdirSync(dirname(join(later, name)), { recursive: true });
    writeFileSync(join(later, name), bytes);
  }
  const appendKernelArgs = [...(machine.appendKernelArgs ?? []), `firmware_class.path=${later}`];
  if (driversAreModules) return { ...machine, appendKernelArgs };
  const initrd = join(machine.sharedDir, 'firmware.cpio');
  writeFileSync(initrd, writeCpio(files.map(({ name, bytes }) => ({ path: join('lib/firmware', name), bytes }))));
  return {
    ...machine,
    appendKernelArgs,
    extraQemuArgs: [...(machine.extraQemuArgs ?? []), `-initrd ${quote(initrd)}`],
  };
}
