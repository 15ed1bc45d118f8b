import { writeCells, type Cell, type Layout } from '../../host/document-table.js';
import { buildForGuest } from '../../kernel/build/image.js';
import type { BuiltKernel } from '../../kernel/build/build.js';
import { nicModels, type NicModel } from '../../nics/model.js';
import { cellText } from '../../suites/nic-table.js';
import { runSuite, type SuiteRun } from '../../suites/run-suites.js';
import { nicParts, type NicPart, type PartOptions } from './nic-parts.js';

export const tableLayout: Layout = {
  rows: [...nicParts.map(({ name }) => name), 'kernel', 'last run'],
  columns: nicModels,
};

export interface NicsRun {
  readonly parts: readonly NicPart[];
  readonly models: readonly NicModel[];
  readonly options: Pick<PartOptions, 'failFast' | 'match' | 'devices'>;
  /** The document with the table that is to have the results. */
  readonly table?: string | undefined;
  readonly kernel?: () => Promise<Pick<BuiltKernel, 'image' | 'release'>>;
}

/** Runs parts on models, one after the other. What a part gave is in the table as soon as it has ended. */
export async function runOnNics({
  parts,
  models,
  options,
  table,
  kernel = buildForGuest,
}: NicsRun): Promise<readonly SuiteRun[]> {
  const record = (cells: readonly Cell[]): void => {
    if (table !== undefined) writeCells(table, tableLayout, cells);
  };
  record([]);
  const runs: SuiteRun[] = [];
  for (const nic of models) {
    for (const part of parts) {
      const { image, release } = await kernel();
      const suite = { name: `${nic} ${part.name}`, run: () => part.run({ ...options, nic, image }) };
      const run = await runSuite(suite, { config: 'lean' });
      runs.push(run);
      record([
        { row: part.name, column: nic, text: cellText(run) },
        { row: 'kernel', column: nic, text: release },
        { row: 'last run', column: nic, text: run.started.toISOString().slice(0, 10) },
      ]);
    }
  }
  return runs;
}
