import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { FlashError } from '../errors.js';
import { repositoryRoot } from '../host/repository.js';
import { formatTable } from '../host/table.js';
import { checkSeries, isClean, type PatchVerdicts, type Verdict } from '../kernel/patches-check.js';
import { exportSeries } from '../kernel/patches-export.js';
import { checkoutSeries, workTree } from '../kernel/patches-work.js';
import { readSeries, seriesPath } from '../kernel/series.js';
import { onSource } from './on-source.js';
import { addPatchesMail } from './patches-mail.js';

export function addPatches(program: Command): void {
  const patches = program.command('patches').description('work on the kernel patch series');
  const withBase = (name: string, description: string): Command =>
    patches.command(name).description(description).option('--base <name>', 'the kernel the series is applied to', '6.12');

  withBase('checkout', 'lay the series out as commits of a git tree to work in')
    .option('--discard', 'drop commits and changes of that tree that were not exported', false)
    .action((options: { base: string; discard: boolean }) =>
      onSource(options.base, 'checking out the series', async (source) => {
        const tree = await checkoutSeries(source, readSeries(), options.discard);
        console.log(tree);
      }),
    );

  withBase('export', 'write the commits of that tree back to patch files').action((options: { base: string }) =>
    onSource(options.base, 'exporting the series', async (source) => {
      const { files, written, removed } = await exportSeries(source, seriesPath);
      for (const file of written) console.log(`wrote    ${join('kernel', file)}`);
      for (const file of removed) console.log(`removed  ${join('kernel', file)}`);
      console.log(`${files.length} patches from ${workTree(source)}${written.length + removed.length === 0 ? '; nothing changed' : ''}`);
    }),
  );

  withBase('check', 'look at every patch: applies, builds, checkpatch, sparse').action((options: { base: string }) =>
    onSource(options.base, 'checking the series', async (source, onProgress) => {
      const rows = await checkSeries(source, readSeries(), onProgress);
      printVerdicts(rows);
      const bad = rows.filter((row) => !isClean(row));
      if (bad.length > 0) throw new FlashError('testFailure', `${bad.length} of ${rows.length} patches are not clean`);
    }),
  );

  addPatchesMail(withBase('mail', 'write a posting as mail, with a cover letter, for git send-email and b4'));
}

function printVerdicts(rows: readonly PatchVerdicts[]): void {
  const body = rows.map((row) => [row.patch.file, ...verdictsOf(row).map(cell)]);
  console.log(formatTable(['patch', 'applies', 'FLASH=y', 'FLASH=n', 'checkpatch', 'sparse'], body));
  for (const row of rows) {
    const problems = verdictsOf(row).flatMap((verdict) => verdict?.problems ?? []);
    if (problems.length === 0) continue;
    console.log(`\n${relative(repositoryRoot, row.patch.path)}`);
    for (const problem of new Set(problems)) console.log(`  ${problem}`);
  }
}

function verdictsOf(row: PatchVerdicts): readonly (Verdict | undefined)[] {
  return [row.applies, row.buildY, row.buildN, row.checkpatch, row.sparse];
}

function cell(verdict: Verdict | undefined): string {
  if (verdict === undefined) return '-';
  return verdict.ok ? 'ok' : `${verdict.problems.length} problem${verdict.problems.length === 1 ? '' : 's'}`;
}
