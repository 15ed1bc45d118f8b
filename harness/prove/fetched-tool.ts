import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPrivateApt } from '../apt/private-apt.js';
import { FlashError } from '../errors.js';
import { cacheDir } from '../host/cache.js';
import { withLock } from '../host/lock.js';
import type { OnProgress } from '../host/progress.js';
import { withTemporaryDir } from '../host/temporary.js';
import { attempt, lastLines, run } from '../process/run.js';
import { findArchive } from '../qemu/archive.js';

/** A program that the machine's distribution has too old or not at all, and a later suite of it has. */
export interface FetchedTool {
  readonly program: string;
  readonly packageName: string;
  /** All that it takes, if what its package depends on is more than that. */
  readonly packages?: readonly string[];
  /** Suites to look in first, by the title of the distribution, if later ones do not all have it. */
  readonly suites?: Readonly<Record<string, readonly string[]>>;
  /** The oldest release that will do. */
  readonly least: readonly [major: number, minor: number];
  /** With which it says its release. */
  readonly versionOption: string;
  /** Options for every call, in which ROOT is where its package lies. */
  readonly options?: readonly string[];
}

/** The machine's own, or one that is fetched into the cache: what to call. */
export async function ensureTool(tool: FetchedTool, onProgress: OnProgress): Promise<string> {
  const { program } = tool;
  const launcher = join(fetchedDir(tool), program);
  for (const path of [program, launcher]) if (await isNewEnough(tool, path)) return path;
  return withLock(toolDir(tool), `fetching ${program}`, async () => {
    if (!(await isNewEnough(tool, launcher))) await fetchTool(tool, onProgress);
    if (await isNewEnough(tool, launcher)) return launcher;
    throw new FlashError('missingTool', `the ${program} that was fetched does not run here`, { advice: byHand(tool) });
  });
}

const byHand = ({ packageName, least }: FetchedTool): string => `install ${packageName} ${least.join('.')} or newer`;
const toolDir = ({ program }: FetchedTool): string => cacheDir('prove', program);
const fetchedDir = (tool: FetchedTool): string => join(toolDir(tool), 'unpacked');

async function isNewEnough({ least, versionOption }: FetchedTool, path: string): Promise<boolean> {
  const { exitCode, stdout } = await attempt(path, [versionOption]).catch(() => ({ exitCode: 1, stdout: '' }));
  return exitCode === 0 && isRelease(stdout, least);
}

/** Whether a program that says this of itself is of this release or a later one. */
export function isRelease(version: string, [neededMajor, neededMinor]: FetchedTool['least']): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined) return false;
  return Number(major) > neededMajor || (Number(major) === neededMajor && Number(minor) >= neededMinor);
}

async function fetchTool(tool: FetchedTool, onProgress: OnProgress): Promise<void> {
  const { program, packageName } = tool;
  const archive = await findArchive().catch((cause: unknown) => {
    throw new FlashError('missingTool', `there is no ${program}, and it cannot be fetched`, {
      advice: byHand(tool),
      cause,
    });
  });
  const problems: string[] = [];
  for (const suite of [...(tool.suites?.[archive.title] ?? []), ...archive.suites]) {
    const problem = await withTemporaryDir(toolDir(tool), async (dir) => {
      const apt = openPrivateApt(join(dir, 'apt'), archive, suite);
      onProgress({ kind: 'phase', phase: `fetching ${program} from ${archive.title} ${suite}` });
      const wanted =
        tool.packages === undefined
          ? ['install', '--download-only', '-q', '-y', packageName]
          : ['download', '-q', ...tool.packages];
      for (const args of [['update', '-q'], wanted]) {
        const { exitCode, stderr } = await apt.run('apt-get', args, apt.archives);
        if (exitCode !== 0) return `${suite}: ${lastLines(stderr, 1)}`;
      }
      await unpack(tool, apt.packages(), join(dir, 'staged'));
      return undefined;
    });
    if (problem === undefined) return;
    problems.push(problem);
  }
  throw new FlashError('noNetwork', `${program} could not be fetched: ${problems.join('; ')}`, {
    advice: byHand(tool),
  });
}

/** Below root/, and the same in every package of the architecture. */
const libraries = 'usr/lib/x86_64-linux-gnu';

/** With the loader and the libraries that it came with, which may be newer than the system's. */
const script = ({ program, options = [] }: FetchedTool): string => `#!/bin/sh
root=$(dirname "$(readlink -f "$0")")/root
lib=$root/${libraries}
exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib:$root/usr/lib" "$root/usr/bin/${program}" ${options
  .map((option) => `"${option.replace('ROOT', '$root')}" `)
  .join('')}"$@"
`;

/** The rename at the end is what makes it exist. */
async function unpack(tool: FetchedTool, packages: readonly string[], staged: string): Promise<void> {
  const { program, packageName } = tool;
  const root = join(staged, 'root');
  mkdirSync(root, { recursive: true });
  for (const file of packages) await run('dpkg-deb', ['-x', file, root], { failAs: 'noNetwork', advice: byHand(tool) });
  if (!existsSync(join(root, 'usr', 'bin', program)))
    throw new FlashError('missingTool', `the package ${packageName} has no ${program}`, { advice: byHand(tool) });
  const launcher = join(staged, program);
  writeFileSync(launcher, script(tool));
  chmodSync(launcher, 0o755);
  rmSync(fetchedDir(tool), { recursive: true, force: true });
  renameSync(staged, fetchedDir(tool));
}
