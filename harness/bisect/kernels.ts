import { join } from 'node:path';
import { cacheDir, cacheRoot } from '../host/cache.js';
import { withLock } from '../host/lock.js';
import { removeLeftovers, withTemporaryDir } from '../host/temporary.js';
import type { BuildOptions } from '../kernel/build/build.js';
import { borrowRepository, git } from '../kernel/git.js';
import { seriesOf, type Patch } from '../kernel/series/series.js';
import { loadBase } from '../kernel/source/base.js';
import { parseRelease } from '../kernel/source/release.js';
import { ensureSource, type Source } from '../kernel/source/source.js';
import { withProgress } from '../host/progress.js';
import type { Candidate } from './history.js';

/** How the kernel of a candidate is built, as an image or as packages. */
export type BuildOf = (candidate: Candidate) => Promise<BuildOptions>;
type Given = Pick<BuildOptions, 'base' | 'config' | 'source' | 'patches'>;

/** The first patches of a series, as many as the position of the candidate, on a base. */
export async function withSeriesBuilds<T>(
  patches: readonly Patch[],
  { base, config, source: given }: Given & { readonly base: string },
  work: (buildOf: BuildOf) => Promise<T>,
): Promise<T> {
  const source = await withProgress((onProgress) =>
    withLock(cacheRoot(), 'getting a source', () => ensureSource(loadBase(base), given, onProgress, false)),
  );
  return withOwnTree(source.repository, source.baseCommit, (own) => {
    const at = { ...source, ...own };
    return work(({ position }) => Promise.resolve({ base, config, at, patches: patches.slice(0, position) }));
  });
}

/** Commits of a git tree, each with the whole series. */
export async function withCommitBuilds<T>(
  tree: string,
  { base, config, patches = seriesOf(loadBase(base)) }: Given & { readonly base: string },
  work: (buildOf: BuildOf) => Promise<T>,
): Promise<T> {
  return withOwnTree(tree, 'HEAD', (own) =>
    work(async ({ id, name }) => {
      const makefile = await git(own.repository, ['show', `${id}:Makefile`]);
      const at: Source = { ...own, title: `${tree} at ${name}`, release: parseRelease(makefile, name), baseCommit: id };
      return { base, config, at, patches };
    }),
  );
}

/**
 * A tree to build candidates in, beside those of other commands, whose images stay as they are. It needs the
 * repository it comes from, never writes to it, and goes however the work ends.
 */
async function withOwnTree<T>(
  from: string,
  commit: string,
  work: (own: Pick<Source, 'dir' | 'repository'>) => Promise<T>,
): Promise<T> {
  const parent = cacheDir('bisect');
  return withLock(parent, 'a bisection', () => {
    removeLeftovers(parent);
    return withTemporaryDir(parent, async (dir) => {
      const repository = join(dir, 'flash', 'tree');
      await borrowRepository(from, repository);
      await git(repository, ['config', 'gc.auto', '0']);
      await git(repository, ['reset', '--quiet', '--hard', commit]);
      return work({ dir, repository });
    });
  });
}
