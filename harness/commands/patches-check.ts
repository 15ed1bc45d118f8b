import { relative } from 'node:path';
import { Option, type Command } from 'commander';
import { FlashError } from '../errors.js';
import { repositoryRoot } from '../host/repository.js';
import { formatTable } from '../host/table.js';
import { columns, isClean, type Column, type PatchVerdicts, type Verdict } from '../kernel/check/verdict.js';
import { findMaintainers } from '../kernel/series/maintainers.js';
import { checkSeries } from '../kernel/check/check.js';
import { findPosting, readPostings, type Posting } from '../kernel/series/postings.js';
import { seriesPath } from '../kernel/series/series.js';
import { loadBase } from '../kernel/source/base.js';
import { onSource } from './on-source.js';

interface CheckOptions {
  readonly base: string;
  readonly posting: string | undefined;
  readonly only: readonly Column[] | undefined;
}

export function addPatchesCheck(command: Command): void {
  command
    .option('--posting <name>', 'check only the patches of this posting')
    .addOption(new Option('--only <column...>', 'check only these columns of the table').choices(columns))
    .action((options: CheckOptions) => check(options));
}

async function check({ base, posting, only }: CheckOptions): Promise<void> {
  const { config: renamed, ...of } = loadBase(base);
  const postings = readPostings(seriesPath, of);
  const chosen = posting === undefined ? postings : [findPosting(postings, posting)];
  const before = postings.slice(0, postings.indexOf(chosen[0] as Posting)).flatMap(({ patches }) => patches);
  const wanted = columns.filter((column) => column === 'applies' || (only ?? columns).includes(column));
  await onSource(base, 'checking the series', async (source, onProgress) => {
    const patches = chosen.flatMap((each) => each.patches);
    const rows = await checkSeries(source, { before, patches, columns: wanted, renamed }, onProgress);
    printVerdicts(rows, wanted);
    if (only === undefined) for (const each of chosen) await printRecipients(source.repository, each);
    const bad = rows.filter((row) => !isClean(row, wanted));
    if (bad.length > 0) throw new FlashError('testFailure', `${bad.length} of ${rows.length} patches are not clean`);
  });
}

function printVerdicts(rows: readonly PatchVerdicts[], wanted: readonly Column[]): void {
  const body = rows.map(({ patch, verdicts }) => [patch.file, ...wanted.map((column) => cell(verdicts.get(column)))]);
  console.log(formatTable(['patch', ...wanted], body));
  for (const { patch, verdicts } of rows) {
    const problems = [...verdicts].flatMap(([column, verdict]) =>
      verdict.problems.map((problem) => `${column}: ${problem}`),
    );
    if (problems.length === 0) continue;
    console.log(`\n${relative(repositoryRoot, patch.path)}`);
    for (const problem of problems) console.log(`  ${problem}`);
  }
}

function cell(verdict: Verdict | undefined): string {
  if (verdict === undefined) return '-';
  return verdict.ok ? 'ok' : `${verdict.problems.length} problem${verdict.problems.length === 1 ? '' : 's'}`;
}

async function printRecipients(tree: string, { name, tree: goesTo, patches }: Posting): Promise<void> {
  const { to, cc } = await findMaintainers(tree, patches);
  console.log(`\n${name}: ${patches.length} patch${patches.length === 1 ? '' : 'es'} to ${goesTo}`);
  console.log(`  maintainers: ${to.join(', ')}`);
  console.log(`  reviewers and lists: ${cc.join(', ')}`);
}
