import type { Command } from 'commander';
import { addLabCollect } from './collect.js';
import { addLabDoctor } from './doctor.js';
import { addLabExport } from './export.js';
import { addLabInstall } from './install.js';
import { addLabRestore } from './restore.js';
import { addLabTest } from './test.js';
import { addLabVirtual } from './virtual.js';

export function addLab(program: Command): void {
  const lab = program
    .command('lab')
    .description('run the tests on machines of a lab or a farm')
    .enablePositionalOptions();
  addLabDoctor(lab);
  addLabInstall(lab);
  addLabTest(lab);
  addLabRestore(lab);
  addLabCollect(lab);
  addLabExport(lab);
  addLabVirtual(lab);
}
