import { chmodSync, existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { cacheDir } from '../host/cache.js';
import { readJson, writeWhole } from '../host/durable-file.js';
import { probeQemu, qemuName, type Qemu } from './probe.js';

/**
 * The QEMU in the cache, unpacked from another suite's packages and run with the libraries it came
 * with. Its directory is laid out as
 *
 *     root/                  the packages
 *     qemu-system-x86_64     what is called: a script that runs the one below root/
 *     qemu.json              written last: without it the directory is not trusted
 */
const stampSchema = z.object({ suite: z.string(), packageVersion: z.string() });

export type FetchedStamp = z.infer<typeof stampSchema>;

/** Everything of this folder: the QEMU itself, and a download that is not complete. */
export function qemuCacheDir(): string {
  return cacheDir('qemu');
}

export function fetchedDir(): string {
  return join(qemuCacheDir(), 'unpacked');
}

/** The QEMU fetched earlier, if it is whole and runs. */
export async function findFetched(): Promise<Qemu | undefined> {
  const dir = fetchedDir();
  if (readStamp(dir) === undefined) return undefined;
  const qemu = await probeQemu(join(dir, qemuName));
  return qemu?.hasVfioUser ? qemu : undefined;
}

export function readStamp(dir: string): FetchedStamp | undefined {
  return existsSync(join(dir, qemuName)) ? stampSchema.safeParse(readJson(join(dir, 'qemu.json'))).data : undefined;
}

export function writeStamp(dir: string, stamp: FetchedStamp): void {
  writeWhole(join(dir, 'qemu.json'), JSON.stringify(stamp));
}

/** Below root/, and the same in every package of the architecture. */
const libraries = 'usr/lib/x86_64-linux-gnu';

/**
 * The loader by name, since the system's is older than the libraries. QEMU then takes the loader's
 * directory for its own and looks there for a "qemu-bundle", the prefix of everything it opens:
 * firmware, and modules, of which the system's would be of another build.
 */
const script = `#!/bin/sh
root=$(dirname "$(readlink -f "$0")")/root
lib=$root/${libraries}
exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib" --argv0 "$0" "$root/usr/bin/${qemuName}" "$@"
`;

/** Puts the script beside root/, wherever both are moved together. */
export function writeLauncher(dir: string): string {
  const path = join(dir, qemuName);
  symlinkSync('../../..', join(dir, 'root', libraries, 'qemu-bundle'));
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return path;
}
