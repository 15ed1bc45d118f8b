import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { kernelDir, repositoryRoot } from '../host/repository.js';
import { withTemporaryDir } from '../host/temporary.js';
import { run } from '../process/run.js';
import { layOutSeries } from './from-series.js';

/** The files of the series with a mutant of kernel/mutants on top, for as long as the work takes. */
export async function withMutantTree<T>(mutant: string, work: (tree: string) => Promise<T>): Promise<T> {
  const tree = await layOutSeries();
  const parent = join(repositoryRoot, 'out', 'native', 'mutant-trees');
  mkdirSync(parent, { recursive: true });
  return withTemporaryDir(parent, async (dir) => {
    // With what has been compiled already, and the times by which make knows that.
    await run('cp', ['-a', `${tree}/.`, dir]);
    const patch = join(kernelDir, 'mutants', `${mutant}.patch`);
    await run('patch', ['--silent', '--force', '--no-backup-if-mismatch', '-p1', '-d', dir, '-i', patch], {
      failAs: 'seriesDoesNotApply',
      advice: 'the series has changed there: make the mutant anew',
    });
    return await work(dir);
  });
}
