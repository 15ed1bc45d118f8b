import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { callerDir } from '../../host/repository.js';
import { collectFrom } from '../../lab/collect.js';
import { labCommand, machinesOf, type LabOptions } from './lab-command.js';

export function addLabCollect(lab: Command): void {
  labCommand(lab, 'collect')
    .description('get logs of the machines: their kernels, their ports, and what runs have left')
    .option('--output <folder>', 'where to write', 'lab-logs')
    .action(async (names: readonly string[], { output, ...options }: LabOptions & { readonly output: string }) => {
      const { inventory, machines } = machinesOf(names, options);
      for (const machine of machines) {
        const files = await collectFrom(inventory, machine, resolve(callerDir, output));
        for (const file of files) console.log(`wrote    ${relative(callerDir, file)}`);
      }
    });
}
