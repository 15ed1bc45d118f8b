import { existsSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { FlashError } from '../../errors.js';
import { kernelDir } from '../../host/repository.js';
import type { Base } from '../source/base.js';

const driversPatches = '../drivers-patches/';
export const seriesPath: string = join(kernelDir, 'series');

/** A line of the series file: text above a patch stays with the patches below it. */
export type SeriesLine =
  | { readonly kind: 'patch'; readonly file: string }
  | { readonly kind: 'text'; readonly text: string };

export interface Patch {
  /** As the series names it, relative to the series file. */
  readonly file: string;
  readonly path: string;
}

export function parseSeries(text: string): readonly SeriesLine[] {
  if (text === '') return [];
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line): SeriesLine => {
      const file = line.trim();
      return file === '' || file.startsWith('#') ? { kind: 'text', text: line.trimEnd() } : { kind: 'patch', file };
    });
}

/** What decides which patches a base has, and with which text. */
export type SeriesBase = Pick<Base, 'name' | 'without'>;

/** The patches for a base, in order. */
export function seriesOf(base: SeriesBase): readonly Patch[] {
  return readSeries(seriesPath, base);
}

/** The text of a patch that is for one base alone, where it has one. */
export function ownPath(path: string, base: SeriesBase, file: string): string {
  return join(dirname(path), 'bases', base.name, withoutUp(file));
}

/** A file of the series, which may be beside the folder of the series, as one below a folder. */
export function withoutUp(file: string): string {
  return file.replace(/^(?:\.\.\/)+/, '');
}

/** A patch by its name without directory and number, which it has in all bases. */
export function slugOf(file: string): string {
  return basename(file, '.patch').replace(/^\d{4}-/, '');
}

/** The patches in order; a missing file or one that is listed twice is an error here, not in git. */
export function readSeries(path: string = seriesPath, base?: SeriesBase): readonly Patch[] {
  if (!existsSync(path)) {
    throw new FlashError('seriesDoesNotApply', `there is no series file ${path}`, { advice: 'restore it from git' });
  }
  const seen = new Set<string>();
  const patches: Patch[] = [];
  for (const [index, line] of parseSeries(readFileSync(path, 'utf8')).entries()) {
    if (line.kind === 'text') continue;
    const isMissing = base !== undefined && slugOf(line.file) in base.without;
    const own = base === undefined ? undefined : ownPath(path, base, line.file);
    const shared = join(dirname(path), line.file);
    const patch = { file: line.file, path: own !== undefined && existsSync(own) ? own : shared };
    const where = `${path}:${index + 1}`;
    if (seen.has(line.file)) throw new FlashError('seriesDoesNotApply', `${where} lists ${line.file} a second time`);
    if (!existsSync(patch.path)) {
      throw new FlashError('seriesDoesNotApply', `${where} lists ${line.file}, and there is no such file`, {
        advice: 'run `npm run patches -- export`, or correct the series file',
      });
    }
    seen.add(line.file);
    if (!isMissing) patches.push(patch);
  }
  return patches;
}

export function isOfDriver({ file }: Patch): boolean {
  return file.startsWith(driversPatches);
}

/** Where the text is of what a base has for a driver, which is named as its folder is. */
export function driverTexts(base: SeriesBase, driver: string): readonly string[] {
  return seriesOf(base)
    .filter(({ file }) => file.startsWith(`${driversPatches}${driver}/`))
    .map(({ path }) => path);
}

/** The same for the same patches in the same order, whatever their names. */
export function hashSeries(patches: readonly Patch[]): string {
  const hash = createHash('sha256');
  for (const patch of patches) hash.update(createHash('sha256').update(readFileSync(patch.path)).digest());
  return hash.digest('hex');
}
