import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FlashError } from '../errors.js';
import { withTemporaryDir } from '../host/temporary.js';
import { readApplyFailure, type ApplyFailure } from './apply-failure.js';
import { attemptGit, findCommit, git } from './git.js';
import { hashSeries, type Patch } from './series.js';

export interface AppliedSeries {
  /** The commits of the series, oldest first. */
  readonly commits: readonly string[];
  /** The last of them, or the base when the series is empty. */
  readonly tip: string;
}

/** Where the tip of an applied series is kept: its content and the base name it. */
export function seriesRef(baseCommit: string, patches: readonly Patch[]): string {
  return `refs/flash/series/${baseCommit.slice(0, 12)}-${hashSeries(patches).slice(0, 40)}`;
}

/** The series as commits, if it has been applied to this base before. */
export async function findApplied(repository: string, baseCommit: string, patches: readonly Patch[]): Promise<string | undefined> {
  return patches.length === 0 ? baseCommit : await findCommit(repository, seriesRef(baseCommit, patches));
}

/**
 * Applies the series with `git am`, without fuzz, and returns the commits. This happens beside the
 * trees that are built, in a work tree of only the files the series touches, so that no file of a
 * built tree changes its time for nothing.
 */
export async function applySeries(repository: string, baseCommit: string, patches: readonly Patch[]): Promise<AppliedSeries> {
  const known = await findApplied(repository, baseCommit, patches);
  if (known !== undefined) return describe(repository, baseCommit, known);
  const scratchParent = join(dirname(repository), '.scratch');
  mkdirSync(scratchParent, { recursive: true });
  return withTemporaryDir(scratchParent, async (scratch) => {
    const tree = join(scratch, 'tree');
    try {
      await openSparseTree(repository, tree, baseCommit, patches);
      for (const [index, patch] of patches.entries()) {
        const failure = await applyOne(tree, index, patch);
        if (failure !== undefined) throw doesNotApply(patch, failure, patches.length);
      }
      const tip = await git(tree, ['rev-parse', 'HEAD']);
      await git(repository, ['update-ref', seriesRef(baseCommit, patches), tip]);
      return await describe(repository, baseCommit, tip);
    } finally {
      await attemptGit(repository, ['worktree', 'remove', '--force', tree]).catch(() => undefined);
    }
  });
}

/** Applies one patch; what hinders it is returned, not thrown. */
export async function applyOne(tree: string, index: number, patch: Patch): Promise<ApplyFailure | undefined> {
  const result = await attemptGit(tree, ['am', '--quiet', '--no-3way', '--committer-date-is-author-date', '--keep-cr', patch.path]);
  if (result.exitCode === 0) return undefined;
  await attemptGit(tree, ['am', '--abort']);
  return readApplyFailure(index, `${result.stderr}\n${result.stdout}`, readFileSync(patch.path, 'utf8'));
}

export function doesNotApply(patch: Patch, failure: ApplyFailure, count: number): FlashError {
  const place = [failure.file, failure.hunk].filter((part) => part !== undefined).join(', ');
  return new FlashError(
    'seriesDoesNotApply',
    `patch ${failure.index + 1} of ${count}, ${patch.file}, does not apply${place && ` to ${place}`}: ${failure.reason}`,
    { advice: 'rebase the series with `npm run patches -- checkout`, or use a source that is nearer to the pinned release' },
  );
}

/** A work tree that holds only the files the patches name; git leaves the rest in the index. */
async function openSparseTree(repository: string, tree: string, commit: string, patches: readonly Patch[]): Promise<void> {
  await git(repository, ['worktree', 'add', '--quiet', '--no-checkout', '--detach', tree, commit]);
  await git(tree, ['config', 'extensions.worktreeConfig', 'true']);
  await git(tree, ['sparse-checkout', 'set', '--no-cone', '--stdin'], { input: `${['/.gitattributes', ...touchedFiles(patches)].join('\n')}\n` });
  await git(tree, ['checkout', '--quiet', '--detach', commit]);
}

export function touchedFiles(patches: readonly Patch[]): readonly string[] {
  const files = new Set<string>();
  for (const patch of patches) {
    for (const match of readFileSync(patch.path, 'utf8').matchAll(/^diff --git a\/(\S+) b\/(\S+)$/gm)) {
      files.add(`/${match[1]}`).add(`/${match[2]}`);
    }
  }
  return [...files].sort();
}

async function describe(repository: string, baseCommit: string, tip: string): Promise<AppliedSeries> {
  const list = await git(repository, ['rev-list', '--reverse', `${baseCommit}..${tip}`]);
  return { commits: list === '' ? [] : list.split('\n'), tip };
}
