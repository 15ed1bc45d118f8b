import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { FlashError } from '../../errors.js';
import { readJson, writeWhole } from '../../host/durable-file.js';
import { attemptGit, git } from '../git.js';
import { basesDir, knownBases, type Base } from '../source/base.js';
import { bringBlobs } from './blobs.js';
import { exportSeries } from './export.js';
import { ownPath, readSeries, slugOf } from './series.js';
import { checkoutSeries, workTree, type PatchRepository } from './work-tree.js';

const stateSchema = z.object({
  /** The next patch of the series, from 0. */
  next: z.number(),
  /** That which waits to be mended. */
  stopped: z.string().optional(),
  apart: z.record(z.string(), z.string()),
  without: z.record(z.string(), z.string()),
});

type State = z.infer<typeof stateSchema>;

export interface PortRequest {
  readonly base: Base;
  /** Repositories of other bases, for what their patches were made of. */
  readonly others: readonly string[];
  /** Why the patch that was mended differs, or is not needed. */
  readonly why?: string | undefined;
  /** The base does not need the patch it stopped at. */
  readonly skip?: boolean;
  readonly seriesPath: string;
  readonly basesDir?: string;
  readonly onPatch?: (file: string, how: 'as it is' | 'merged' | 'left out') => void;
}

export type PortResult =
  | { readonly done: true; readonly written: readonly string[]; readonly files: readonly string[] }
  | {
      readonly done: false;
      readonly file: string;
      readonly tree: string;
      readonly files: readonly string[];
      readonly sides: string;
    };

/** What is said of a patch whose change is the same. */
const aroundDiffers = 'what is around the change differs';

/**
 * Applies to a base what applies of the series, and stops at the first patch that does not. Called again, it goes on
 * with what was mended. At the end every patch whose text is of use to this base alone is in the folder of the base.
 */
export async function portSeries(source: PatchRepository, request: PortRequest): Promise<PortResult> {
  const tree = workTree(source);
  const statePath = join(source.dir, 'work', 'port.json');
  const { base, seriesPath, onPatch } = request;
  let state = existsSync(tree) ? stateSchema.safeParse(readJson(statePath)).data : undefined;
  if (state === undefined) {
    await checkoutSeries(source, [], false);
    state = { next: 0, apart: {}, without: {} };
  }
  state = await goOn(tree, state, request);
  const patches = readSeries(seriesPath);
  for (const [index, { file }] of patches.entries()) {
    if (index < state.next) continue;
    const slug = slugOf(file);
    const how = slug in base.without ? 'left out' : await applyPatch(tree, file, request);
    if (how === 'stopped') {
      writeWhole(statePath, JSON.stringify({ ...state, next: index + 1, stopped: file } satisfies State));
      const files = (await git(tree, ['diff', '--name-only', '--diff-filter=U']))
        .split('\n')
        .filter((each) => each !== '');
      const sides =
        files.length > 0
          ? await git(tree, ['diff'])
          : 'nothing of it could be merged: see git am --show-current-patch=diff';
      return { done: false, file, tree, files, sides };
    }
    if (how === 'merged') state = { ...state, apart: { ...state.apart, [slug]: aroundDiffers } };
    onPatch?.(file, how);
  }

  const without = { ...base.without, ...state.without };
  const { files, written } = await exportSeries(source, seriesPath, {
    base: { name: base.name, without },
    apart: true,
  });
  writeReasons(request, { ...base.apart, ...state.apart }, without);
  rmSync(statePath, { force: true });
  return { done: true, files, written };
}

/** Takes what was mended of the patch it stopped at. */
async function goOn(tree: string, state: State, { why, skip = false }: PortRequest): Promise<State> {
  const { stopped, ...rest } = state;
  if (stopped === undefined) {
    if (skip || why !== undefined)
      throw new FlashError('usage', 'no patch waits to be mended: leave --skip and --why out');
    return rest;
  }
  if (why === undefined) {
    throw new FlashError('usage', `${stopped} waits to be mended in ${tree}`, {
      advice: `then say why it differs, with --why 'REASON'; or that the base does not need it, with --skip --why 'REASON'`,
    });
  }
  const isOpen = existsSync(await git(tree, ['rev-parse', '--path-format=absolute', '--git-path', 'rebase-apply']));
  if (skip) {
    if (isOpen) await git(tree, ['am', '--skip']);
    return { ...rest, without: { ...rest.without, [slugOf(stopped)]: why } };
  }
  if (isOpen) await commitMended(tree, stopped);
  return { ...rest, apart: { ...rest.apart, [slugOf(stopped)]: why } };
}

async function commitMended(tree: string, stopped: string): Promise<void> {
  const left = await attemptGit(tree, ['grep', '--name-only', '--untracked', '-e', '^<<<<<<< ', '-e', '^>>>>>>> ']);
  if (left.stdout !== '') {
    throw new FlashError('usage', `${stopped} is not mended: ${left.stdout.trim().split('\n').join(', ')}`, {
      advice: `choose between the sides there in ${tree}, then call this again`,
    });
  }
  await git(tree, ['add', '--all']);
  const { exitCode, stderr } = await attemptGit(tree, ['am', '--continue']);
  if (exitCode === 0) return;
  throw new FlashError('usage', `${stopped} makes no commit as it is in ${tree}`, {
    logTail: stderr,
    advice: 'if nothing is left of it, leave it out with --skip',
  });
}

async function applyPatch(
  tree: string,
  file: string,
  { base, others, seriesPath }: PortRequest,
): Promise<'as it is' | 'merged' | 'stopped'> {
  const own = [ownPath(seriesPath, base, file)];
  const shared = join(dirname(seriesPath), file);
  const ofOthers = knownFolders(seriesPath)
    .filter((name) => name !== base.name)
    .map((name) => ownPath(seriesPath, { name, without: {} }, file));
  const options = ['am', '--quiet', '--committer-date-is-author-date', '--keep-cr'];
  for (const path of [...own, shared, ...ofOthers].filter((each) => existsSync(each))) {
    if ((await attemptGit(tree, [...options, '--no-3way', path])).exitCode === 0) return 'as it is';
    await attemptGit(tree, ['am', '--abort']);
  }
  const [nearest = shared] = [...own, ...ofOthers, shared].filter((each) => existsSync(each));
  await bringBlobs(tree, others, readFileSync(nearest, 'utf8'));
  const merged = await attemptGit(tree, ['-c', 'merge.conflictStyle=diff3', ...options, '--3way', nearest]);
  return merged.exitCode === 0 ? 'merged' : 'stopped';
}

/** The bases that have texts of their own, from the newest to the oldest. */
function knownFolders(seriesPath: string): readonly string[] {
  const dir = join(dirname(seriesPath), 'bases');
  return existsSync(dir) ? [...knownBases(dir)].reverse() : [];
}

/** Notes in the base file why patches differ or are missing: those that have a text of their own, and those left out. */
function writeReasons(
  { base, seriesPath, basesDir: dir = basesDir }: PortRequest,
  apart: Readonly<Record<string, string>>,
  without: Readonly<Record<string, string>>,
): void {
  const path = join(dir, `${base.name}.json`);
  const own = readSeries(seriesPath).filter(({ file }) => existsSync(ownPath(seriesPath, base, file)));
  const reasons = own.map(({ file }) => [slugOf(file), apart[slugOf(file)] ?? aroundDiffers] as const);
  const text = JSON.parse(readFileSync(path, 'utf8')) as object;
  const full = { ...text, without, apart: Object.fromEntries(reasons) };
  writeWhole(path, `${JSON.stringify(full, null, 2)}\n`);
}
