import type { Command } from 'commander';
import { withProgress } from '../../host/progress.js';
import { uninstallFrom } from '../../lab/install/install.js';
import { restoreMachine } from '../../lab/restore.js';
import { someMinutes } from './install.js';
import { labCommand, machinesOf, type LabOptions } from './lab-command.js';

interface Options extends LabOptions {
  readonly kernel: boolean;
  readonly bootMinutes: number;
}

export function addLabRestore(lab: Command): void {
  labCommand(lab, 'restore')
    .description('make the machines as they were before a run that was cut off')
    .option('--kernel', 'also boot the old kernel and remove the one that was installed', false)
    .option('--boot-minutes <n>', 'how long a machine may take to boot', someMinutes, 10)
    .action(async (names: readonly string[], { kernel, bootMinutes, ...options }: Options) => {
      const { inventory, machines } = machinesOf(names, options);
      for (const machine of machines) {
        const changed = await restoreMachine(inventory, machine, (text) => console.log(text));
        if (!changed) console.log(`${machine.name}: no run has left anything to put back`);
        if (!kernel) continue;
        const removed = await withProgress((onProgress) =>
          uninstallFrom(inventory, machine, {
            bootDeadlineMs: bootMinutes * 60_000,
            onStep: (name) => onProgress({ kind: 'phase', phase: `${machine.name}: ${name}` }),
          }),
        );
        console.log(
          `${machine.name}: ${removed ? 'boots its old kernel, and ours is removed' : 'no kernel of ours is installed'}`,
        );
      }
    });
}
