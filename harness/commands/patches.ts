import { join } from 'node:path';
import type { Command } from 'commander';
import { exportSeries } from '../kernel/series/export.js';
import { checkoutSeries, workTree } from '../kernel/series/work-tree.js';
import { seriesOf, seriesPath } from '../kernel/series/series.js';
import { loadBase } from '../kernel/source/base.js';
import { baseOption } from './base-option.js';
import { onSource } from './on-source.js';
import { addPatchesCheck } from './patches-check.js';
import { addPatchesCompare } from './patches-compare.js';
import { addPatchesMail } from './patches-mail.js';
import { addPatchesPort } from './patches-port.js';

export function addPatches(program: Command): void {
  const patches = program.command('patches').description('work on the kernel patch series');
  const withBase = (name: string, description: string): Command =>
    patches.command(name).description(description).addOption(baseOption());

  withBase('checkout', 'make a git tree to work in, with a commit for each patch')
    .option('--discard', 'drop commits and changes that were not exported', false)
    .action((options: { base: string; discard: boolean }) =>
      onSource(options.base, 'checking out the series', async (source) => {
        const tree = await checkoutSeries(source, seriesOf(loadBase(options.base)), options.discard);
        console.log(tree);
      }),
    );

  withBase('export', 'write the commits of that tree back to patch files').action((options: { base: string }) =>
    onSource(options.base, 'exporting the series', async (source) => {
      const { files, written, removed } = await exportSeries(source, seriesPath, { base: loadBase(options.base) });
      for (const file of written) console.log(`wrote    ${join('kernel', file)}`);
      for (const file of removed) console.log(`removed  ${join('kernel', file)}`);
      console.log(
        `${files.length} patches from ${workTree(source)}${written.length + removed.length === 0 ? '; nothing changed' : ''}`,
      );
    }),
  );

  withBase('paths', 'print where the patches of the base are, in order, for git am').action(
    ({ base }: { base: string }) => {
      for (const { path } of seriesOf(loadBase(base))) console.log(path);
    },
  );

  addPatchesCheck(withBase('check', 'check the length, style and builds of every patch, and list its maintainers'));
  addPatchesCompare(withBase('compare', 'show which patches differ from those of another base, and why'));
  addPatchesPort(patches);
  addPatchesMail(withBase('mail', 'write a posting, with a cover letter, as mail for git send-email and b4'));
}
