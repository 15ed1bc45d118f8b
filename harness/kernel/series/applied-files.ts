import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { cacheRoot } from '../../host/cache.js';
import { withLock } from '../../host/lock.js';
import { withTemporaryDir } from '../../host/temporary.js';
import { run } from '../../process/run.js';
import { applySeries, findApplied } from './apply.js';
import { loadBase } from '../source/base.js';
import { git } from '../git.js';
import { seriesOf } from './series.js';
import { ensureSource, findSource, type Source } from '../source/source.js';

/**
 * Lays out some files of a base with the series applied, beside the trees that are built, which may
 * hold anything. They lie in a directory of their own for each state of the series below `parent`.
 */
export async function layOutApplied(baseName: string, paths: readonly string[], parent: string): Promise<string> {
  const { source, tip } = await findTip(baseName);
  const dir = join(parent, tip.slice(0, 12));
  if (existsSync(dir)) return dir;
  mkdirSync(parent, { recursive: true });
  await withTemporaryDir(parent, async (scratch) => {
    const [archive, tree] = [join(scratch, 'files.tar'), join(scratch, 'tree')];
    mkdirSync(tree);
    await git(source.repository, ['archive', '--format=tar', `--output=${archive}`, tip, '--', ...paths]);
    await run('tar', ['--extract', '--touch', `--file=${archive}`, `--directory=${tree}`]);
    renameSync(tree, dir);
  });
  return dir;
}

/** Takes the lock only if the series was not applied before. */
async function findTip(baseName: string): Promise<{ readonly source: Source; readonly tip: string }> {
  const base = loadBase(baseName);
  const patches = seriesOf(base);
  const found = await findSource(base, undefined);
  const known = found && (await findApplied(found.repository, found.baseCommit, patches));
  if (found !== undefined && known !== undefined) return { source: found, tip: known };
  return withLock(cacheRoot(), `applying the series to ${baseName}`, async () => {
    const source = await ensureSource(base, undefined, () => undefined);
    const { tip } = await applySeries(source.repository, source.baseCommit, patches);
    return { source, tip };
  });
}
