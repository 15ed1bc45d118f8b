import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../../process/run.js';
import type { BuiltPackages } from './build-packages.js';

export interface UnpackedKernel {
  readonly image: string;
  /** Has lib/modules below it, as modprobe's option --dirname wants it. */
  readonly modules: string;
}

/** The kernel of a package, to boot in a guest without installing it: the very files that a machine would get. */
export async function unpackKernel({
  image,
  release,
}: Pick<BuiltPackages, 'image' | 'release'>): Promise<UnpackedKernel> {
  const dir = join(dirname(image), 'unpacked');
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir);
  await run('dpkg-deb', ['--extract', image, dir]);
  return { image: join(dir, 'boot', `vmlinuz-${release}`), modules: dir };
}
