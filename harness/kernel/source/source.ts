import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { FlashError } from '../../errors.js';
import { cacheDir } from '../../host/cache.js';
import { requireFreeBytes, gib } from '../../host/disk.js';
import { readJson, writeWhole } from '../../host/durable-file.js';
import type { OnProgress } from '../../host/progress.js';
import { removeLeftovers, withTemporaryDir } from '../../host/temporary.js';
import type { Base } from './base.js';
import { kernelOrgOrigin } from './download.js';
import { commitDirectory } from '../git.js';
import { readRelease, requireAccepted } from './release.js';
import { debianOrigin, givenOrigin, suiteOrigin, type SourceOrigin } from './origin.js';

const stampSchema = z.object({ title: z.string(), release: z.string(), baseCommit: z.string() });

/**
 * A base in the cache. Its directory is laid out as
 *
 *     flash/tree      the series applied, and the git repository the others are work trees of
 *     flash/build-*   what is built from it
 *     vanilla/        the same without the series
 *     work/tree       where the series is edited
 *     source.json     written last: without it the directory is not trusted
 */
export interface Source extends z.infer<typeof stampSchema> {
  readonly dir: string;
  readonly repository: string;
}

export function sourceDisplay(base: Base, source: Source): string {
  const relation = source.release === base.release ? 'the pinned release' : `newer than the pinned ${base.release}`;
  return `${source.title}: Linux ${source.release}, ${relation}`;
}

/** The source that would be used, if it is in the cache already. Takes no lock and changes nothing. */
export async function findSource(base: Base, given: string | undefined): Promise<Source | undefined> {
  const root = sourcesDir(base);
  if (given !== undefined) return openSource(join(root, (await givenOrigin(given)).key));
  const current = z.object({ key: z.string() }).safeParse(readJson(currentPath(root))).data;
  return current && openSource(join(root, current.key));
}

/**
 * Gets the source: the given one, else the cached one, else Debian's, else kernel.org's. Needs the lock.
 *
 * @param remember whether a given one is what commands use from now on that are given none.
 */
export async function ensureSource(
  base: Base,
  given: string | undefined,
  onProgress: OnProgress,
  remember = true,
): Promise<Source> {
  const root = sourcesDir(base);
  removeLeftovers(root);
  const cached = await findSource(base, given);
  if (cached !== undefined) {
    if (given !== undefined && remember) makeCurrent(root, cached);
    return cached;
  }
  requireFreeBytes(root, gib(8), `a first build of base ${base.name}`);
  const findOrigins: readonly (() => Promise<SourceOrigin | undefined> | SourceOrigin | undefined)[] =
    given === undefined
      ? [
          () => debianOrigin(base),
          () => kernelOrgOrigin(base, onProgress),
          () => suiteOrigin(base, join(root, 'lists')),
        ]
      : [() => givenOrigin(given)];
  const problems: FlashError[] = [];
  for (const findOrigin of findOrigins) {
    try {
      const origin = await findOrigin();
      if (origin === undefined) continue;
      const source = await importSource(root, base, origin, onProgress);
      if (given === undefined || remember) makeCurrent(root, source);
      return source;
    } catch (error) {
      if (!(error instanceof FlashError) || error.kind !== 'noNetwork') throw error;
      onProgress({ kind: 'note', text: error.message });
      problems.push(error);
    }
  }
  throw new FlashError(
    'noNetwork',
    `no source of base ${base.name} could be had: ${problems.map((p) => p.message).join('; ')}`,
    {
      advice: problems.at(-1)?.details.advice ?? 'check the network, or give the source with --source DIR|TARBALL',
      ...(problems.at(-1)?.details.logTail === undefined
        ? {}
        : { logTail: problems.at(-1)?.details.logTail as string }),
    },
  );
}

/** Everything happens in a temporary directory; the rename at the end is what makes it exist. */
async function importSource(root: string, base: Base, origin: SourceOrigin, onProgress: OnProgress): Promise<Source> {
  return withTemporaryDir(root, async (dir) => {
    onProgress({ kind: 'phase', phase: `fetching and unpacking ${origin.title}` });
    const raw = join(dir, 'raw');
    const staged = join(dir, 'staged');
    const tree = join(staged, 'flash', 'tree');
    mkdirSync(raw);
    mkdirSync(join(staged, 'flash'), { recursive: true });
    renameSync(await origin.place(raw), tree);
    const release = readRelease(tree, origin.title);
    requireAccepted(base, release, origin.title);
    onProgress({ kind: 'phase', phase: `making a git tree of Linux ${release}` });
    const baseCommit = await commitDirectory(tree, `Linux ${release}`);
    writeWhole(join(staged, 'source.json'), JSON.stringify({ title: origin.title, release, baseCommit }));
    const final = join(root, origin.key);
    rmSync(final, { recursive: true, force: true });
    renameSync(staged, final);
    const source = openSource(final);
    if (source === undefined) throw new FlashError('infrastructure', `${final} was just made and is not whole`);
    return source;
  });
}

/** A directory of the cache as a source, unless it is half made. */
export function openSource(dir: string): Source | undefined {
  const stamp = stampSchema.safeParse(readJson(join(dir, 'source.json'))).data;
  const repository = join(dir, 'flash', 'tree');
  if (stamp === undefined || !existsSync(join(repository, '.git', 'HEAD')) || readdirSync(repository).length < 2)
    return undefined;
  return { ...stamp, dir, repository };
}

function makeCurrent(root: string, source: Source): void {
  writeWhole(currentPath(root), JSON.stringify({ key: source.dir.slice(root.length + 1) }));
}

function currentPath(root: string): string {
  return join(root, 'current.json');
}

function sourcesDir(base: Base): string {
  return cacheDir('sources', base.name);
}
