import { resolve } from 'node:path';
import type { Command } from 'commander';
import { callerDir } from '../../host/repository.js';
import { chooseMachines, readInventory, type Inventory, type LabMachine } from '../../lab/inventory/inventory.js';
import { needsPackages } from '../packages.js';

export interface LabOptions {
  readonly inventory: string;
}

/** A verb for machines of the inventory. */
export function labCommand(lab: Command, name: string): Command {
  return needsPackages(lab.command(name), 'lab')
    .argument('[machine...]', 'machines of the inventory (default: all)')
    .option('--inventory <file>', 'the inventory', 'lab.yaml');
}

export function machinesOf(
  names: readonly string[],
  { inventory }: LabOptions,
): { readonly inventory: Inventory; readonly machines: readonly LabMachine[] } {
  const read = readInventory(resolve(callerDir, inventory));
  return { inventory: read, machines: chooseMachines(read, names) };
}
