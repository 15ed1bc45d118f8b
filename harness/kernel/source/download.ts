import { statSync, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FlashError } from '../../errors.js';
import { hashFile } from '../../host/hash.js';
import type { OnProgress } from '../../host/progress.js';
import { attempt, lastLines } from '../../process/run.js';
import type { Base } from './base.js';
import { extract, type SourceOrigin } from './origin.js';

/** The release tarball of the base, checked against its pinned SHA-256. */
export function kernelOrgOrigin(base: Base, onProgress: OnProgress): SourceOrigin | undefined {
  const { release, tarball: pinned } = base;
  if (pinned === undefined) return undefined;
  return {
    key: `kernel.org-${release}`,
    title: `the kernel.org tarball of ${release}`,
    async place(dir) {
      const tarball = join(dir, basename(pinned.url));
      await download(pinned.url, tarball, onProgress);
      await requireHash(tarball, pinned.sha256, pinned.url);
      return extract(tarball, join(dir, 'tree'));
    },
  };
}

async function download(url: string, path: string, onProgress: OnProgress): Promise<void> {
  const timer = setInterval(() => {
    if (existsSync(path))
      onProgress({ kind: 'phase', phase: `downloading ${url}: ${Math.floor(statSync(path).size / 1e6)} MB` });
  }, 5000);
  try {
    const args = ['--fail', '--location', '--silent', '--show-error', '--retry', '2', '--connect-timeout', '20'];
    const result = await attempt('curl', [
      ...args,
      '--speed-limit',
      '1000',
      '--speed-time',
      '60',
      '--output',
      path,
      url,
    ]);
    if (result.exitCode === 0) return;
    throw new FlashError('noNetwork', `${url} could not be downloaded (curl exited with ${result.exitCode})`, {
      logTail: lastLines(result.stderr, 3),
      advice: 'check the network, or give the source with --source DIR|TARBALL',
    });
  } finally {
    clearInterval(timer);
  }
}

export async function requireHash(path: string, sha256: string, title: string): Promise<void> {
  const actual = await hashFile(path);
  if (actual === sha256) return;
  throw new FlashError('badSource', `${title} has SHA-256 ${actual}, and ${sha256} is pinned: it is not used`, {
    advice: 'the download was cut or changed on its way; try again, or give the source with --source',
  });
}
