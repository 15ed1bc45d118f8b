import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../../errors.js';
import { applySeries } from './apply.js';
import { attemptGit, findCommit, git } from '../git.js';
import type { Patch } from './series.js';
import { moveTree } from '../source/tree.js';

/** The part of a source the patch workflow needs. */
export interface PatchRepository {
  readonly dir: string;
  readonly repository: string;
  readonly baseCommit: string;
}

/** The branch the series is edited on, and the state of it that the patch files are known to hold. */
export const workBranch = 'flash';
export const savedRef = 'refs/flash/saved';

export function workTree(source: PatchRepository): string {
  return join(source.dir, 'work', 'tree');
}

/** Lays out the series as commits to edit; commits that were never exported are not thrown away. */
export async function checkoutSeries(
  source: PatchRepository,
  patches: readonly Patch[],
  discard: boolean,
): Promise<string> {
  const tree = workTree(source);
  if (existsSync(tree) && !discard) await requireSaved(tree);
  const { tip } = await applySeries(source.repository, source.baseCommit, patches);
  if (existsSync(tree)) {
    for (const command of ['rebase', 'am']) await attemptGit(tree, [command, '--abort']);
    await git(tree, ['checkout', '--quiet', '--detach', '--force']);
  }
  await moveTree(source.repository, tree, tip);
  await git(tree, ['checkout', '--quiet', '-B', workBranch]);
  await git(tree, ['update-ref', savedRef, tip]);
  return tree;
}

/** Fails while a rebase is under way or something is not committed. */
export async function requireClean(tree: string): Promise<void> {
  const changes = await git(tree, ['status', '--porcelain']);
  const branch = await attemptGit(tree, ['symbolic-ref', '--quiet', '--short', 'HEAD']);
  if (changes === '' && branch.stdout.trim() === workBranch) return;
  const what =
    changes === '' ? `is not on the branch ${workBranch} (a rebase under way?)` : 'has changes that are in no commit';
  throw new FlashError('usage', `${tree} ${what}`, {
    ...(changes === '' ? {} : { logTail: changes.split('\n').slice(0, 12).join('\n') }),
    advice: 'finish the rebase, commit, amend or `git checkout` them, then try again',
  });
}

async function requireSaved(tree: string): Promise<void> {
  await requireClean(tree);
  if ((await findCommit(tree, 'HEAD')) === (await findCommit(tree, savedRef))) return;
  throw new FlashError('usage', `${tree} has commits that are not in the patch files`, {
    advice: 'keep them with `npm run patches -- export`, or drop them with `npm run patches -- checkout --discard`',
  });
}
