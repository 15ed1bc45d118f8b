import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { withTemporaryDir } from '../../host/temporary.js';
import { attemptGit, git } from '../git.js';

/**
 * Whether a patch makes of the parent of a commit what the commit did, and says the same. Its text may be another: that
 * has the lines around the change, and their numbers.
 */
export async function haveSameEffect(
  tree: string,
  commit: { readonly id: string; readonly text: string },
  patch: string,
): Promise<boolean> {
  if (patch === commit.text) return true;
  if (messageOf(patch) !== messageOf(commit.text)) return false;
  return withTemporaryDir(tmpdir(), async (dir) => {
    const env = { GIT_INDEX_FILE: join(dir, 'index') };
    await git(tree, ['read-tree', `${commit.id}^`], { env });
    const applied = await attemptGit(tree, ['apply', '--cached', '-'], { env, input: patch });
    if (applied.exitCode !== 0) return false;
    return (await git(tree, ['write-tree'], { env })) === (await git(tree, ['rev-parse', `${commit.id}^{tree}`]));
  });
}

/** Who wrote it when, and why. */
function messageOf(patch: string): string {
  return patch.slice(0, patch.indexOf('\n---\n'));
}
