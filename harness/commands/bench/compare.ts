import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { z } from 'zod';
import { compareReports } from '../../bench/report/compare.js';
import { show } from '../../bench/report/figure.js';
import { reportSchema, type Report } from '../../bench/report/schema.js';
import { FlashError } from '../../errors.js';
import { callerDir } from '../../host/repository.js';
import { formatTable } from '../../host/table.js';
import { needsPackages } from '../packages.js';

export function addBenchCompare(bench: Command): void {
  needsPackages(bench.command('compare'), 'none')
    .description('compare two reports of bench, and show differences that are larger than the noise')
    .argument('<before>', 'the report.json of the first run')
    .argument('<after>', 'the report.json of the second run')
    .action((before: string, after: string) => {
      const { changes, unchanged, onlyBefore, onlyAfter, conditions } = compareReports(
        readReport(before),
        readReport(after),
      );
      for (const condition of conditions) console.log(`conditions differ: ${condition}`);
      const rows = changes.map((change) => [
        change.what,
        show(change.before),
        show(change.after),
        `${((change.ratio - 1) * 100).toFixed(1)} %`,
      ]);
      console.log(
        rows.length === 0
          ? 'nothing changed beyond the noise'
          : formatTable(['figure', 'before', 'after', 'change'], rows),
      );
      console.log(
        `${unchanged} figures are the same within the noise; ${onlyBefore.length} only in the first, ${onlyAfter.length} only in the second`,
      );
    });
}

function readReport(file: string): Report {
  const path = resolve(callerDir, file);
  const refuse = (reason: string): FlashError =>
    new FlashError('usage', `${path} is no report of \`npm run bench\`: ${reason}`, {
      advice: 'give two files report.json that it wrote; --out of `npm run bench` says where',
    });
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw refuse((error as Error).message);
  }
  const parsed = reportSchema.safeParse(data);
  if (!parsed.success) throw refuse(firstOf(parsed.error));
  return parsed.data;
}

/** Of another kind of file everything is wrong: one thing tells as much as all of them. */
function firstOf({ issues: [first, ...more] }: z.ZodError): string {
  const where = first === undefined || first.path.length === 0 ? '' : ` (${first.path.join('.')})`;
  return `${first?.message ?? ''}${where}${more.length === 0 ? '' : `, and ${more.length} things more`}`;
}
