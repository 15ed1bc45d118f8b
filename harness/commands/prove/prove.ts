import type { Command } from 'commander';
import { needsPackages } from '../packages.js';
import { addProveBounded } from './bounded.js';
import { addProveFuzz } from './fuzz.js';
import { addProveLitmus } from './litmus.js';
import { addProveSpin } from './spin.js';
import { addProveThreads } from './threads.js';

/** `prove`: what can be shown about the files of the series without a kernel that runs them. */
export function addProve(program: Command): void {
  const prove = needsPackages(
    program
      .command('prove')
      .description('look for faults in the files of the series themselves, compiled for user space'),
    'prove',
  );
  addProveFuzz(prove);
  addProveThreads(prove);
  addProveLitmus(prove);
  addProveSpin(prove);
  addProveBounded(prove);
}
