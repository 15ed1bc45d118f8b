import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { candidateOf, firstError, type Archive } from '../apt/archive.js';
import { openPrivateApt, type PrivateApt } from '../apt/private-apt.js';
import { FlashError } from '../errors.js';
import { gib, requireFreeBytes } from '../host/disk.js';
import { withLock } from '../host/lock.js';
import type { OnProgress } from '../host/progress.js';
import { removeLeftovers, withTemporaryDir } from '../host/temporary.js';
import { compareVersions } from '../kernel/source/release.js';
import { lastLines, run } from '../process/run.js';
import { byHand, findArchive } from './archive.js';
import { fetchedDir, findFetched, qemuCacheDir, writeLauncher, writeStamp } from './fetched.js';
import { neededRelease, probeQemu, type Qemu } from './probe.js';

const packageName = 'qemu-system-x86';

/** Fetches QEMU and its libraries from a later suite of the distribution into the cache; the archive is the machine's own unless told. */
export async function fetchQemu(onProgress: OnProgress, origin?: Archive): Promise<Qemu> {
  const dir = qemuCacheDir();
  return withLock(dir, 'fetching QEMU', async () => {
    const found = await findFetched();
    if (found !== undefined) return found;
    removeLeftovers(dir);
    requireFreeBytes(dir, gib(0.5), 'a QEMU with its libraries');
    const archive = origin ?? (await findArchive());
    const problems: string[] = [];
    for (const suite of archive.suites) {
      // Kept when the download fails, so that the next one goes on where it ended.
      const download = join(dir, `download-${suite}`);
      const apt = openPrivateApt(download, archive, suite);
      const version = await findVersion(apt, archive, suite, onProgress);
      if ('problem' in version) {
        problems.push(version.problem);
        continue;
      }
      await downloadPackages(apt, archive, suite, onProgress);
      const qemu = await unpack(apt, { suite, packageVersion: version.version }, onProgress);
      for (const each of archive.suites) rmSync(join(dir, `download-${each}`), { recursive: true, force: true });
      onProgress({ kind: 'note', text: `QEMU ${qemu.version} of ${archive.title} ${suite} is in ${fetchedDir()}` });
      return qemu;
    }
    throw new FlashError('noNetwork', `no QEMU with vfio-user-pci could be fetched: ${problems.join('; ')}`, {
      advice: `check the network, or ${byHand}`,
    });
  });
}

type Version = { readonly version: string } | { readonly problem: string };

/** The version a suite has of QEMU, or why it is of no use. */
async function findVersion(
  apt: PrivateApt,
  { title }: Archive,
  suite: string,
  onProgress: OnProgress,
): Promise<Version> {
  onProgress({ kind: 'phase', phase: `fetching the package lists of ${title} ${suite}` });
  const update = await apt.run('apt-get', ['update', '-q']);
  if (update.exitCode !== 0) return { problem: `${title} ${suite}: ${firstError(update.stderr)}` };
  // What an earlier attempt left, and the suite has meanwhile replaced.
  await apt.run('apt-get', ['autoclean', '-q']);
  const policy = await apt.run('apt-cache', ['policy', packageName]);
  return readCandidate(policy.stdout, `${title} ${suite}`);
}

export function readCandidate(policy: string, title: string): Version {
  const version = candidateOf(policy);
  if (version === undefined) return { problem: `${title} has no ${packageName}` };
  const release = /^(?:\d+:)?(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? '';
  if (compareVersions(release, neededRelease) >= 0) return { version };
  return { problem: `${title} has QEMU ${release}, older than ${neededRelease}` };
}

async function downloadPackages(
  apt: PrivateApt,
  { title }: Archive,
  suite: string,
  onProgress: OnProgress,
): Promise<void> {
  const megabytes = (bytes: number): number => Math.floor(bytes / 1e6);
  const { stdout } = await apt.run('apt-get', ['install', '--print-uris', '-qq', '-y', packageName]);
  const total = megabytes(sumSizes(stdout) + apt.downloadedBytes());
  onProgress({ kind: 'phase', phase: `downloading QEMU from ${title} ${suite}`, unit: 'MB' });
  const timer = setInterval(() => onProgress({ kind: 'step', done: megabytes(apt.downloadedBytes()), total }), 1000);
  try {
    const { exitCode, stderr } = await apt.run('apt-get', ['install', '--download-only', '-q', '-y', packageName]);
    if (exitCode === 0) return;
    throw new FlashError('noNetwork', `QEMU could not be downloaded from ${title} ${suite}: ${firstError(stderr)}`, {
      logTail: lastLines(stderr, 6),
      advice: `try again, it goes on where it ended; or ${byHand}`,
    });
  } finally {
    clearInterval(timer);
  }
}

/** Of the lines `'URI' FILE BYTES HASH`. */
export function sumSizes(uris: string): number {
  return [...uris.matchAll(/^'[^']*' \S+ (\d+)/gm)].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
}

/** Everything happens in a temporary directory; the rename at the end is what makes it exist. */
async function unpack(
  apt: PrivateApt,
  stamp: { suite: string; packageVersion: string },
  onProgress: OnProgress,
): Promise<Qemu> {
  onProgress({ kind: 'phase', phase: 'unpacking QEMU', unit: 'packages' });
  await withTemporaryDir(qemuCacheDir(), async (dir) => {
    const staged = join(dir, 'staged');
    mkdirSync(join(staged, 'root'), { recursive: true });
    const packages = apt.packages();
    for (const [index, file] of packages.entries()) {
      onProgress({ kind: 'step', done: index + 1, total: packages.length });
      await run('dpkg-deb', ['-x', file, join(staged, 'root')], {
        failAs: 'noNetwork',
        advice: `remove ${qemuCacheDir()} and try again`,
      });
    }
    const launcher = writeLauncher(staged);
    const qemu = await probeQemu(launcher);
    if (!qemu?.hasVfioUser) {
      const what = qemu === undefined ? 'does not run here' : `is ${qemu.version} without vfio-user-pci`;
      throw new FlashError('missingTool', `the QEMU ${stamp.packageVersion} of ${stamp.suite} ${what}`, {
        advice: byHand,
      });
    }
    writeStamp(staged, stamp);
    rmSync(fetchedDir(), { recursive: true, force: true });
    renameSync(staged, fetchedDir());
  });
  const qemu = await findFetched();
  if (qemu === undefined) throw new FlashError('infrastructure', `${fetchedDir()} was just made and is not whole`);
  return qemu;
}
