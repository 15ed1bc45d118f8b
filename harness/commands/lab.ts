import type { Command } from 'commander';
import { addLabExport } from './lab-export.js';

export function addLab(program: Command): void {
  const lab = program
    .command('lab')
    .description('run the tests on machines of a lab or a farm')
    .enablePositionalOptions();
  addLabExport(lab);
}
