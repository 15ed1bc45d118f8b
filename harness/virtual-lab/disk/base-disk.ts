import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Suite } from '../../fresh/archive.js';
import { cacheDir } from '../../host/cache.js';
import { gib, requireFreeBytes } from '../../host/disk.js';
import { readJson, writeWhole } from '../../host/durable-file.js';
import { hashText } from '../../host/hash.js';
import { withLock } from '../../host/lock.js';
import type { OnProgress } from '../../host/progress.js';
import { removeLeftovers, withTemporaryDir } from '../../host/temporary.js';
import type { Firmware } from '../../nics/firmware.js';
import { makeFileSystem } from './file-system.js';
import { installBootLoader } from './first-boot.js';
import { readDiskInputs } from './inputs.js';
import { makeKeys } from './keys.js';
import { requireDiskTools } from './tools.js';

/**
 * The disk that every machine of a virtual lab begins with, and the keys that go with it. Its directory is named by
 * what it is made of, and stamp.json is written last: without it the directory is not trusted.
 */
export interface BaseDisk {
  readonly path: string;
  /** What opens the machines, and no others. */
  readonly privateKey: string;
  /** The public half of the key that the machines show. */
  readonly hostKey: string;
}

export interface BaseDiskOptions {
  /** The release of Debian. */
  readonly suite: Suite;
  /** Files that drivers ask for. */
  readonly firmware: readonly Firmware[];
  readonly onProgress: OnProgress;
}

const diskBytes = gib(4);
const stampSchema = z.object({ key: z.string() });

/** Makes the disk if there is none of the same inputs. */
export async function ensureBaseDisk(options: BaseDiskOptions): Promise<BaseDisk> {
  const key = diskKey(options);
  const parent = cacheDir('virtual-lab', 'disks');
  const target = join(parent, key);
  const found = findBaseDisk(target, key);
  if (found !== undefined) return found;
  await requireDiskTools();
  return withLock(parent, 'making the disk of the virtual lab', async () => {
    removeLeftovers(parent);
    requireFreeBytes(parent, gib(4), 'the disk of the virtual lab');
    return withTemporaryDir(parent, (dir) => makeBaseDisk(dir, target, key, options));
  });
}

/** What the disk is made of, in a word. */
export function diskKey(
  { suite, firmware }: Pick<BaseDiskOptions, 'suite' | 'firmware'>,
  inputs = readDiskInputs(),
): string {
  const files = firmware.map(({ name, load }) => [name, load().toString('base64')]);
  return hashText(JSON.stringify([suite, diskBytes, inputs, files])).slice(0, 16);
}

async function makeBaseDisk(
  scratchDir: string,
  target: string,
  key: string,
  options: BaseDiskOptions,
): Promise<BaseDisk> {
  const staged = join(scratchDir, 'staged');
  mkdirSync(staged);
  await makeKeys(staged);
  const disk = diskIn(staged).path;
  const bootFiles = await makeFileSystem({ ...options, scratchDir, keys: staged, disk, diskBytes });
  options.onProgress({ kind: 'phase', phase: 'virtual lab: installing the boot loader' });
  await installBootLoader(disk, bootFiles);
  writeWhole(join(staged, 'stamp.json'), JSON.stringify({ key }));
  rmSync(target, { recursive: true, force: true });
  renameSync(staged, target);
  return diskIn(target);
}

export function findBaseDisk(dir: string, key: string): BaseDisk | undefined {
  const disk = diskIn(dir);
  if (stampSchema.safeParse(readJson(join(dir, 'stamp.json'))).data?.key !== key) return undefined;
  return Object.values(disk).every((path: string) => existsSync(path)) ? disk : undefined;
}

function diskIn(dir: string): BaseDisk {
  return {
    path: join(dir, 'disk.raw'),
    privateKey: join(dir, 'id_ed25519'),
    hostKey: join(dir, 'ssh_host_ed25519_key.pub'),
  };
}
