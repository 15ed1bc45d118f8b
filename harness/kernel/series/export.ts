import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { FlashError } from '../../errors.js';
import { writeWhole } from '../../host/durable-file.js';
import { git } from '../git.js';
import { formatCommit, type PatchFile } from './patch-file.js';
import { requireClean, savedRef, workBranch, workTree, type PatchRepository } from './work-tree.js';
import { parseSeries } from './series.js';
import { rewriteSeries } from './rewrite.js';

export interface ExportResult {
  readonly files: readonly string[];
  readonly written: readonly string[];
  readonly removed: readonly string[];
}

/** Turns the commits of the work tree into patch files and a series; what is equal is not written. */
export async function exportSeries(source: PatchRepository, seriesPath: string): Promise<ExportResult> {
  const tree = workTree(source);
  if (!existsSync(tree)) {
    throw new FlashError('usage', `there is no tree to export: ${tree}`, {
      advice: 'make it with `npm run patches -- checkout`',
    });
  }
  await requireClean(tree);
  const range = `${source.baseCommit}..${workBranch}`;
  if ((await git(tree, ['rev-list', '--min-parents=2', range])) !== '') {
    throw new FlashError('usage', `${tree} has a merge, which no patch file can hold`, {
      advice: 'rebase instead of merging',
    });
  }
  const commits = (await git(tree, ['rev-list', '--reverse', range])).split('\n').filter((commit) => commit !== '');
  const patches: PatchFile[] = [];
  for (const commit of commits) patches.push(await formatCommit(tree, commit));

  const root = dirname(seriesPath);
  const named = numberPatches(patches);
  const old = existsSync(seriesPath) ? readFileSync(seriesPath, 'utf8') : '';
  const written = named.filter(({ file, text }) => writeIfChanged(join(root, file), text)).map(({ file }) => file);
  const files = named.map(({ file }) => file);
  if (writeIfChanged(seriesPath, rewriteSeries(parseSeries(old), files))) written.push(relative(root, seriesPath));
  const removed = removeUnlisted(root, new Set(files));
  await git(tree, ['update-ref', savedRef, workBranch]);
  return { files, written, removed };
}

/** Numbers count within a directory, so that a driver's patches do not move when the core grows. */
function numberPatches(patches: readonly PatchFile[]): readonly { readonly file: string; readonly text: string }[] {
  const counts = new Map<string, number>();
  return patches.map(({ dir, slug, text }) => {
    const number = (counts.get(dir) ?? 0) + 1;
    counts.set(dir, number);
    return { file: `${dir}/${String(number).padStart(4, '0')}-${slug}.patch`, text };
  });
}

function writeIfChanged(path: string, text: string): boolean {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return false;
  mkdirSync(dirname(path), { recursive: true });
  writeWhole(path, text);
  return true;
}

/** Removes the patch files the series no longer names. */
function removeUnlisted(root: string, listed: ReadonlySet<string>): readonly string[] {
  const drivers = join(root, '..', 'drivers-patches');
  const dirs = [
    'core',
    ...(existsSync(drivers) ? readdirSync(drivers).map((name) => `../drivers-patches/${name}`) : []),
  ];
  const removed: string[] = [];
  for (const dir of dirs) {
    if (!existsSync(join(root, dir))) continue;
    for (const name of readdirSync(join(root, dir))) {
      const file = `${dir}/${name}`;
      if (!/^\d{4}-.+\.patch$/.test(name) || listed.has(file)) continue;
      rmSync(join(root, file));
      removed.push(file);
    }
  }
  return removed;
}
