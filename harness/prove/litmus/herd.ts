import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../../errors.js';
import { cacheDir } from '../../host/cache.js';
import { withLock } from '../../host/lock.js';
import type { OnProgress } from '../../host/progress.js';
import { withTemporaryDir } from '../../host/temporary.js';
import { attempt, lastLines, run } from '../../process/run.js';
import { findArchive } from '../../qemu/archive.js';
import { openPrivateApt } from '../../apt/private-apt.js';

const packageName = 'herdtools7';
/** Older ones do not read the memory model of Linux 6.12. */
const neededRelease = [7, 56] as const;
const byHand = `install ${packageName} 7.56 or newer`;

/** The machine's own herd7, or one from a later suite of the distribution, which is fetched into the cache. */
export async function ensureHerd(onProgress: OnProgress): Promise<string> {
  for (const path of ['herd7', launcherIn(fetchedDir())]) if (await isNewEnough(path)) return path;
  return withLock(herdDir(), 'fetching herd7', async () => {
    const launcher = launcherIn(fetchedDir());
    if (!(await isNewEnough(launcher))) await fetchHerd(onProgress);
    if (await isNewEnough(launcher)) return launcher;
    throw new FlashError('missingTool', 'the herd7 that was fetched does not run here', { advice: byHand });
  });
}

function herdDir(): string {
  return cacheDir('prove', 'herd');
}

function fetchedDir(): string {
  return join(herdDir(), 'unpacked');
}

function launcherIn(dir: string): string {
  return join(dir, 'herd7');
}

async function isNewEnough(path: string): Promise<boolean> {
  const { exitCode, stdout } = await attempt(path, ['-version']).catch(() => ({ exitCode: 1, stdout: '' }));
  return exitCode === 0 && isRelease(stdout);
}

/** Whether this is what a herd7 says of itself that knows the model. */
export function isRelease(version: string): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined) return false;
  return Number(major) > neededRelease[0] || (Number(major) === neededRelease[0] && Number(minor) >= neededRelease[1]);
}

async function fetchHerd(onProgress: OnProgress): Promise<void> {
  const archive = await findArchive().catch((cause: unknown) => {
    throw new FlashError('missingTool', 'there is no herd7, and it cannot be fetched', { advice: byHand, cause });
  });
  const problems: string[] = [];
  for (const suite of archive.suites) {
    const problem = await withTemporaryDir(herdDir(), async (dir) => {
      const apt = openPrivateApt(join(dir, 'apt'), archive, suite);
      onProgress({ kind: 'phase', phase: `fetching herd7 from ${archive.title} ${suite}` });
      for (const args of [
        ['update', '-q'],
        ['install', '--download-only', '-q', '-y', packageName],
      ]) {
        const { exitCode, stderr } = await apt.run('apt-get', args);
        if (exitCode !== 0) return `${suite}: ${lastLines(stderr, 1)}`;
      }
      await unpack(apt.packages(), join(dir, 'staged'));
      return undefined;
    });
    if (problem === undefined) return;
    problems.push(problem);
  }
  throw new FlashError('noNetwork', `herd7 could not be fetched: ${problems.join('; ')}`, { advice: byHand });
}

/** Below root/, and the same in every package of the architecture. */
const libraries = 'usr/lib/x86_64-linux-gnu';

/** With the loader and the libraries that it came with, which may be newer than the system's. */
const script = `#!/bin/sh
root=$(dirname "$(readlink -f "$0")")/root
lib=$root/${libraries}
exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib" "$root/usr/bin/herd7" -set-libdir "$root/usr/share/herdtools7/herd" "$@"
`;

/** The rename at the end is what makes it exist. */
async function unpack(packages: readonly string[], staged: string): Promise<void> {
  const root = join(staged, 'root');
  mkdirSync(root, { recursive: true });
  for (const file of packages) await run('dpkg-deb', ['-x', file, root], { failAs: 'noNetwork', advice: byHand });
  if (!existsSync(join(root, 'usr', 'bin', 'herd7')))
    throw new FlashError('missingTool', `the package ${packageName} has no herd7`, { advice: byHand });
  writeFileSync(launcherIn(staged), script);
  chmodSync(launcherIn(staged), 0o755);
  rmSync(fetchedDir(), { recursive: true, force: true });
  renameSync(staged, fetchedDir());
}
