import type { Command } from 'commander';
import { restoreMachine } from '../../lab/restore.js';
import { labCommand, machinesOf, type LabOptions } from './lab-command.js';

export function addLabRestore(lab: Command): void {
  labCommand(lab, 'restore')
    .description('make the machines as they were before a run that was cut off')
    .action(async (names: readonly string[], options: LabOptions) => {
      const { inventory, machines } = machinesOf(names, options);
      for (const machine of machines) {
        const changed = await restoreMachine(inventory, machine, (text) => console.log(text));
        if (!changed) console.log(`${machine.name}: no run has left anything to put back`);
      }
    });
}
