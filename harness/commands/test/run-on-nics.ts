import { writeCells, type Cell, type Layout } from '../../host/document-table.js';
import { inParallel } from '../../host/in-parallel.js';
import { buildForGuest } from '../../kernel/build/image.js';
import type { BuiltKernel } from '../../kernel/build/build.js';
import { guestsAtOnce } from '../../machine/guest/at-once.js';
import { nicModels, type NicModel } from '../../nics/model.js';
import { throwIfInterrupted } from '../../process/interrupt.js';
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
  /** As many as fit on this machine unless told. */
  readonly atOnce?: number;
  readonly kernel?: () => Promise<Pick<BuiltKernel, 'image' | 'release'>>;
}

/** Runs parts on models, several at once. What a part gave is in the table as soon as it has ended. */
export async function runOnNics({
  parts,
  models,
  options,
  table,
  atOnce = guestsAtOnce(),
  kernel = buildForGuest,
}: NicsRun): Promise<readonly SuiteRun[]> {
  const record = (cells: readonly Cell[]): void => {
    if (table !== undefined) writeCells(table, tableLayout, cells);
  };
  record([]);
  const { image, release } = await kernel();
  // One after the other: they build in the same place.
  const prepared = new Map<NicPart, PromiseSettledResult<unknown>>();
  for (const part of parts) {
    const [outcome] = await Promise.allSettled([part.prepare?.()]);
    throwIfInterrupted();
    prepared.set(part, outcome);
  }
  const runJob = async ({ nic, part }: Job): Promise<SuiteRun> => {
    const suite = {
      name: `${nic} ${part.name}`,
      run: async () => {
        const outcome = prepared.get(part);
        if (outcome?.status === 'rejected') throw outcome.reason;
        return await part.run({ ...options, nic, image });
      },
    };
    const run = await runSuite(suite, { config: 'lean' });
    record([
      { row: part.name, column: nic, text: cellText(run) },
      { row: 'kernel', column: nic, text: release },
      { row: 'last run', column: nic, text: run.started.toISOString().slice(0, 10) },
    ]);
    return run;
  };
  const jobs = models.flatMap((nic) => parts.map((part): Job => ({ nic, part })));
  const together = await inParallel(
    jobs.filter(({ part }) => part.alone !== true),
    runJob,
    atOnce,
  );
  const alone = await inParallel(
    jobs.filter(({ part }) => part.alone === true),
    runJob,
    1,
  );
  return [...together, ...alone];
}

interface Job {
  readonly nic: NicModel;
  readonly part: NicPart;
}
