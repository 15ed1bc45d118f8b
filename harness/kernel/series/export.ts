import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { FlashError } from '../../errors.js';
import { writeWhole } from '../../host/durable-file.js';
import { git } from '../git.js';
import { formatCommit, type PatchFile } from './patch-file.js';
import { haveSameEffect } from './same-effect.js';
import { requireClean, savedRef, workBranch, workTree, type PatchRepository } from './work-tree.js';
import { ownPath, parseSeries, slugOf, withoutUp, type SeriesBase } from './series.js';
import { rewriteSeries } from './rewrite.js';

export interface ExportResult {
  readonly files: readonly string[];
  readonly written: readonly string[];
  readonly removed: readonly string[];
}

export interface ExportOptions {
  readonly base?: SeriesBase;
  /** A patch that differs from the shared one becomes one of the base alone, instead of the shared one. */
  readonly apart?: boolean;
}

/** A patch of the series: of a commit, or of other bases alone. */
interface Entry {
  readonly slug: string;
  readonly dir: string;
  readonly commit?: { readonly id: string; readonly text: string };
}

/**
 * Turns the commits of the work tree into patch files and a series. What is equal is not written, and neither is the
 * text of a patch that does the same already. A patch that the base has a text of its own of is written there, any
 * other one where all bases read it.
 */
export async function exportSeries(
  source: PatchRepository,
  seriesPath: string,
  { base, apart = false }: ExportOptions = {},
): Promise<ExportResult> {
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
  const entries: Entry[] = [];
  for (const id of commits) entries.push(entryOf(id, await formatCommit(tree, id)));

  const old = existsSync(seriesPath) ? readFileSync(seriesPath, 'utf8') : '';
  const oldFiles = parseSeries(old).flatMap((line) => (line.kind === 'patch' ? [line.file] : []));
  const named = numberEntries(withOthers(entries, oldFiles, base));
  renumber(seriesPath, oldFiles, named);

  const root = dirname(seriesPath);
  const written: string[] = [];
  for (const { file, entry } of named) {
    if (entry.commit === undefined) continue;
    const [shared, own] = [join(root, file), base && ownPath(seriesPath, base, file)];
    const path = own !== undefined && (existsSync(own) || (apart && existsSync(shared))) ? own : shared;
    const known = existsSync(path) ? path : shared;
    if (existsSync(known) && (await haveSameEffect(tree, entry.commit, readFileSync(known, 'utf8')))) continue;
    if (writeIfChanged(path, entry.commit.text)) written.push(relative(root, path));
  }
  const files = named.flatMap(({ file, entry }) => (entry.commit === undefined ? [] : [file]));
  const all = named.map(({ file }) => file);
  if (writeIfChanged(seriesPath, rewriteSeries(parseSeries(old), all))) written.push(relative(root, seriesPath));
  const removed = removeUnlisted(root, all);
  await git(tree, ['update-ref', savedRef, workBranch]);
  return { files, written, removed };
}

function entryOf(id: string, { slug, dir, text }: PatchFile): Entry {
  return { slug, dir, commit: { id, text } };
}

/** With the patches that the base goes without, each after the patch that it comes after now. */
function withOthers(
  entries: readonly Entry[],
  oldFiles: readonly string[],
  base: SeriesBase | undefined,
): readonly Entry[] {
  const all = [...entries];
  for (const [index, file] of oldFiles.entries()) {
    const slug = slugOf(file);
    if (base === undefined || !(slug in base.without) || all.some((entry) => entry.slug === slug)) continue;
    const before = new Set(oldFiles.slice(0, index).map(slugOf));
    const place = all.findLastIndex((entry) => before.has(entry.slug));
    all.splice(place + 1, 0, { slug, dir: dirname(file) });
  }
  return all;
}

interface Named {
  readonly file: string;
  readonly entry: Entry;
}

/** Numbers count within a directory, so that a driver's patches do not move when the core grows. */
function numberEntries(entries: readonly Entry[]): readonly Named[] {
  const counts = new Map<string, number>();
  return entries.map((entry) => {
    const number = (counts.get(entry.dir) ?? 0) + 1;
    counts.set(entry.dir, number);
    return { file: `${entry.dir}/${String(number).padStart(4, '0')}-${entry.slug}.patch`, entry };
  });
}

/** Gives the files of patches that have another number now that number, in all bases. */
function renumber(seriesPath: string, oldFiles: readonly string[], named: readonly Named[]): void {
  const root = dirname(seriesPath);
  const moves = named.flatMap(({ file, entry }) => {
    const was = oldFiles.find((old) => slugOf(old) === entry.slug && dirname(old) === entry.dir);
    return was === undefined || was === file ? [] : [{ from: was, to: file }];
  });
  for (const place of ['.', ...basesOf(root)]) {
    const at = (file: string): string => join(root, place, place === '.' ? file : withoutUp(file));
    // Two steps: a new name may be the old one of another.
    const present = moves.filter(({ from }) => existsSync(at(from)));
    for (const { from, to } of present) renameSync(at(from), `${at(to)}.new`);
    for (const { to } of present) renameSync(`${at(to)}.new`, at(to));
  }
}

function writeIfChanged(path: string, text: string): boolean {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return false;
  mkdirSync(dirname(path), { recursive: true });
  writeWhole(path, text);
  return true;
}

/** Removes the patch files the series no longer names. */
function removeUnlisted(root: string, listed: readonly string[]): readonly string[] {
  const places = ['.', ...basesOf(root)].flatMap((place) => {
    const drivers = place === '.' ? '../drivers-patches' : join(place, 'drivers-patches');
    const names = existsSync(join(root, drivers)) ? readdirSync(join(root, drivers)) : [];
    return [join(place, 'core'), ...names.map((name) => join(drivers, name))];
  });
  const kept = new Set(
    ['.', ...basesOf(root)].flatMap((place) =>
      listed.map((file) => join(place, place === '.' ? file : withoutUp(file))),
    ),
  );
  const removed: string[] = [];
  for (const dir of places) {
    if (!existsSync(join(root, dir))) continue;
    for (const name of readdirSync(join(root, dir))) {
      const file = `${dir}/${name}`;
      if (!/^\d{4}-.+\.patch$/.test(name) || kept.has(file)) continue;
      rmSync(join(root, file));
      removed.push(file);
    }
  }
  return removed;
}

/** The folders of bases that have texts of their own. */
function basesOf(root: string): readonly string[] {
  const bases = join(root, 'bases');
  if (!existsSync(bases)) return [];
  return readdirSync(bases, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join('bases', name));
}
