import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FlashError } from '../../errors.js';
import { withTemporaryDir } from '../../host/temporary.js';
import { readApplyFailure, type ApplyFailure } from './apply-failure.js';
import { attemptGit, findCommit, git } from '../git.js';
import { hashSeries, type Patch } from './series.js';

export interface AppliedSeries {
  /** The commits of the series, oldest first; fewer than patches when one failed. */
  readonly commits: readonly string[];
  /** The last of them, or the base when there is none. */
  readonly tip: string;
  readonly failure: ApplyFailure | undefined;
}

/** The series as commits, if it has been applied to this base before. */
export async function findApplied(
  repository: string,
  baseCommit: string,
  patches: readonly Patch[],
): Promise<string | undefined> {
  return patches.length === 0 ? baseCommit : await findCommit(repository, seriesRef(baseCommit, patches));
}

/** Applies the whole series or fails with the patch, file and hunk that hinder it. */
export async function applySeries(
  repository: string,
  baseCommit: string,
  patches: readonly Patch[],
): Promise<AppliedSeries> {
  const applied = await applyUntilFailure(repository, baseCommit, patches);
  if (applied.failure !== undefined) throw doesNotApply(patches, applied.failure);
  return applied;
}

/**
 * Applies the series with `git am`, without fuzz, and returns the commits. This happens beside the
 * trees that are built, in a work tree of only the files the series touches, so that no file of a
 * built tree changes its time for nothing.
 */
export async function applyUntilFailure(
  repository: string,
  baseCommit: string,
  patches: readonly Patch[],
): Promise<AppliedSeries> {
  const known = await findApplied(repository, baseCommit, patches);
  if (known !== undefined)
    return { commits: await listCommits(repository, baseCommit, known), tip: known, failure: undefined };
  const scratchParent = join(dirname(repository), '.scratch');
  mkdirSync(scratchParent, { recursive: true });
  return withTemporaryDir(scratchParent, async (scratch) => {
    const tree = join(scratch, 'tree');
    try {
      // A mutant comes on top of a series that has been applied.
      const before = await findApplied(repository, baseCommit, patches.slice(0, -1));
      const start = before === undefined ? 0 : patches.length - 1;
      await openSparseTree(repository, tree, before ?? baseCommit, patches);
      const failure = await applyInOrder(tree, patches, start);
      const tip = await git(tree, ['rev-parse', 'HEAD']);
      if (failure === undefined) await git(repository, ['update-ref', seriesRef(baseCommit, patches), tip]);
      return { commits: await listCommits(repository, baseCommit, tip), tip, failure };
    } finally {
      await attemptGit(repository, ['worktree', 'remove', '--force', tree]).catch(() => undefined);
    }
  });
}

/** All but the first `start`, which the tree has. */
async function applyInOrder(tree: string, patches: readonly Patch[], start: number): Promise<ApplyFailure | undefined> {
  for (const [index, { path }] of patches.entries()) {
    if (index < start) continue;
    const options = ['--quiet', '--no-3way', '--committer-date-is-author-date', '--keep-cr'];
    const result = await attemptGit(tree, ['am', ...options, path]);
    if (result.exitCode === 0) continue;
    await attemptGit(tree, ['am', '--abort']);
    return readApplyFailure(index, `${result.stderr}\n${result.stdout}`, readFileSync(path, 'utf8'));
  }
  return undefined;
}

function doesNotApply(patches: readonly Patch[], failure: ApplyFailure): FlashError {
  const place = [failure.file, failure.hunk].filter((part) => part !== undefined).join(', ');
  const name = `patch ${failure.index + 1} of ${patches.length}, ${patches[failure.index]?.file}`;
  return new FlashError('seriesDoesNotApply', `${name}, does not apply${place && ` to ${place}`}: ${failure.reason}`, {
    advice: 'correct the series (kernel/README.md says how), or use a source that is nearer to the pinned release',
  });
}

/** A work tree that holds only the files the patches name; git leaves the rest in the index. */
async function openSparseTree(
  repository: string,
  tree: string,
  commit: string,
  patches: readonly Patch[],
): Promise<void> {
  await git(repository, ['worktree', 'prune']);
  await git(repository, ['worktree', 'add', '--quiet', '--no-checkout', '--detach', tree, commit]);
  const files = ['/.gitattributes', ...patches.flatMap((patch) => touchedFiles(patch).map((file) => `/${file}`))];
  await git(tree, ['sparse-checkout', 'set', '--no-cone', '--stdin'], { input: `${[...new Set(files)].join('\n')}\n` });
  await git(tree, ['checkout', '--quiet', '--detach', commit]);
}

/** The files a patch changes, makes or removes. */
export function touchedFiles(patch: Patch): readonly string[] {
  const files = new Set<string>();
  for (const match of readFileSync(patch.path, 'utf8').matchAll(/^diff --git a\/(\S+) b\/(\S+)$/gm)) {
    files.add(match[1] as string).add(match[2] as string);
  }
  return [...files].sort();
}

/** Where the tip of an applied series is kept: its content and the base name it. */
function seriesRef(baseCommit: string, patches: readonly Patch[]): string {
  return `refs/flash/series/${baseCommit.slice(0, 12)}-${hashSeries(patches).slice(0, 40)}`;
}

async function listCommits(repository: string, baseCommit: string, tip: string): Promise<readonly string[]> {
  const list = await git(repository, ['rev-list', '--reverse', `${baseCommit}..${tip}`]);
  return list === '' ? [] : list.split('\n');
}
