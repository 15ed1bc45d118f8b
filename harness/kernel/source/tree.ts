import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { git } from '../git.js';

/**
 * Brings a work tree of the cache to a commit. Only files whose content differs are written, so a
 * build afterwards does no more than it must; a tree someone changed or Ctrl-C left half written
 * becomes whole again.
 */
export async function moveTree(repository: string, tree: string, commit: string): Promise<void> {
  if (!existsSync(tree)) {
    mkdirSync(dirname(tree), { recursive: true });
    await git(repository, ['worktree', 'prune']);
    await git(repository, ['worktree', 'add', '--quiet', '--force', '--no-checkout', '--detach', tree, commit]);
  }
  // The cache lock is held, so a lock of git is what an interrupted run left.
  const gitLock = await git(tree, ['rev-parse', '--git-path', 'index.lock']);
  rmSync(resolve(tree, gitLock), { force: true });
  await git(tree, ['reset', '--quiet', '--hard', commit]);
}
