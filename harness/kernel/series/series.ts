import { existsSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { FlashError } from '../../errors.js';
import { kernelDir } from '../../host/repository.js';

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

/** The patches in order; a missing file or one that is listed twice is an error here, not in git. */
export function readSeries(path: string = seriesPath): readonly Patch[] {
  if (!existsSync(path)) {
    throw new FlashError('seriesDoesNotApply', `there is no series file ${path}`, { advice: 'restore it from git' });
  }
  const seen = new Set<string>();
  const patches: Patch[] = [];
  for (const [index, line] of parseSeries(readFileSync(path, 'utf8')).entries()) {
    if (line.kind === 'text') continue;
    const patch = { file: line.file, path: join(dirname(path), line.file) };
    const where = `${path}:${index + 1}`;
    if (seen.has(line.file)) throw new FlashError('seriesDoesNotApply', `${where} lists ${line.file} a second time`);
    if (!existsSync(patch.path)) {
      throw new FlashError('seriesDoesNotApply', `${where} lists ${line.file}, and there is no such file`, {
        advice: 'run `npm run patches -- export`, or correct the series file',
      });
    }
    seen.add(line.file);
    patches.push(patch);
  }
  return patches;
}

export function isDriverPatch({ file }: Patch): boolean {
  return file.startsWith('../drivers-patches/');
}

/** The same for the same patches in the same order, whatever their names. */
export function hashSeries(patches: readonly Patch[]): string {
  const hash = createHash('sha256');
  for (const patch of patches) hash.update(createHash('sha256').update(readFileSync(patch.path)).digest());
  return hash.digest('hex');
}
