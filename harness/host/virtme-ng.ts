import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from '../process/run.js';
import { cacheRoot } from './cache.js';

/** The vng program: the distribution's, else the one in the private venv, else undefined. */
export async function findVirtmeNg(): Promise<string | undefined> {
  const onPath = await attempt('which', ['vng']);
  if (onPath.exitCode === 0) return onPath.stdout.trim();
  const inVenv = join(cacheRoot(), 'virtme-ng', 'bin', 'vng');
  return existsSync(inVenv) ? inVenv : undefined;
}
