import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../../errors.js';
import { run } from '../../process/run.js';
import type { KernelPackage } from './steps.js';

/** Reads what a package of a kernel says of itself. */
export async function readKernelPackage(file: string): Promise<KernelPackage> {
  const fields = await run('dpkg-deb', ['--field', file, 'Package', 'Installed-Size'], { failAs: 'usage' });
  const [, release] = /^Package: linux-image-(\S+)$/m.exec(fields) ?? [];
  const kib = Number(/^Installed-Size: (\d+)$/m.exec(fields)?.[1] ?? 0);
  if (release === undefined) throw new FlashError('usage', `${file} is no package of a kernel`, { logTail: fields });
  return { file, release, bytes: statSync(file).size, installedBytes: kib * 1024 };
}

/** The one package of a kernel among those that `build-kernel --package deb` made. */
export function findPackage(dir: string): string {
  const found = readdirSync(dir).filter((name) => /^linux-image-.*\.deb$/.test(name) && !name.includes('-dbg_'));
  const [one, ...more] = found;
  if (one !== undefined && more.length === 0) return join(dir, one);
  const what = one === undefined ? 'no linux-image-*.deb' : `${found.length} packages of kernels: ${found.join(', ')}`;
  throw new FlashError('usage', `${dir} has ${what}`, { advice: '--packages takes a folder with one of them' });
}
