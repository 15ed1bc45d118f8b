import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism, release } from 'node:os';
import { join } from 'node:path';
import { attempt } from '../process/run.js';
import { cacheDir, cacheRoot } from './cache.js';
import { formatGib, freeBytes, gib } from './disk.js';
import type { Finding } from './finding.js';
import { repositoryRoot } from './repository.js';

const flashSysfs = '/sys/kernel/flash';

export async function inspectMachine(): Promise<readonly Finding[]> {
  return [await inspectCachePath(), inspectDisk(), inspectCores(), inspectRunningKernel()];
}

/** By what every command that needs the cache begins with. */
export async function inspectCachePath(): Promise<Finding> {
  const what = 'path of the cache';
  const script = join(repositoryRoot, 'ci', 'require-cache-path.sh');
  const { exitCode, stderr } = await attempt(script, [], { cwd: repositoryRoot });
  if (exitCode === 0) return { what, state: 'ok', found: cacheRoot() };
  const [found = '', advice = ''] = stderr
    .trim()
    .replace(/^flash: /, '')
    .split(/: (?=set )/);
  return { what, state: 'missing', found, advice };
}

function inspectDisk(): Finding {
  const dir = cacheDir();
  const free = freeBytes(dir);
  const found = `${formatGib(free)} free in ${dir}`;
  if (free >= gib(8)) return { what: 'disk', state: 'ok', found };
  return { what: 'disk', state: 'missing', found, advice: 'a first build needs 8 GiB: free some, or set FLASH_CACHE' };
}

function inspectCores(): Finding {
  const cores = availableParallelism();
  if (cores >= 2) return { what: 'cores', state: 'ok', found: String(cores) };
  return { what: 'cores', state: 'optional', found: String(cores), advice: 'it works with one; builds take long' };
}

function inspectRunningKernel(): Finding {
  const what = 'FLASH in this kernel';
  if (!existsSync(flashSysfs)) {
    return {
      what,
      state: 'optional',
      found: `${release()} has no ${flashSysfs}`,
      advice: 'use `npm run demo` or `npm run shell`: they boot a kernel that has it',
    };
  }
  const sockets = readdirSync(flashSysfs).filter((name) => /^\d+$/.test(name)).length;
  return { what, state: 'ok', found: `${release()}, ${sockets} sockets` };
}
