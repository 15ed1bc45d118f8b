import { buildForGuest } from '../../kernel/build/image.js';
import type { BuiltKernel } from '../../kernel/build/build.js';
import type { NicModel } from '../../nics/model.js';
import { runSuite, type SuiteRun } from '../../suites/run-suites.js';
import type { NicPart, PartOptions } from './nic-parts.js';

export interface NicsRun {
  readonly parts: readonly NicPart[];
  readonly models: readonly NicModel[];
  readonly options: Pick<PartOptions, 'failFast' | 'match'>;
  readonly kernel?: () => Promise<Pick<BuiltKernel, 'image' | 'release'>>;
}

/** Runs parts on models, one after the other. */
export async function runOnNics({
  parts,
  models,
  options,
  kernel = buildForGuest,
}: NicsRun): Promise<readonly SuiteRun[]> {
  const runs: SuiteRun[] = [];
  for (const nic of models) {
    for (const part of parts) {
      const { image } = await kernel();
      const suite = { name: `${nic} ${part.name}`, run: () => part.run({ ...options, nic, image }) };
      runs.push(await runSuite(suite, { flavour: 'lean' }));
    }
  }
  return runs;
}
