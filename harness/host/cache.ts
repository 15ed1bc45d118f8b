import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Everything that can be made again: $FLASH_CACHE or ~/.cache/flash. */
export function cacheRoot(): string {
  return resolve(process.env['FLASH_CACHE'] || join(homedir(), '.cache', 'flash'));
}

/** A directory below the cache root, made if it is not there. */
export function cacheDir(...parts: readonly string[]): string {
  const dir = join(cacheRoot(), ...parts);
  mkdirSync(dir, { recursive: true });
  return dir;
}

let logs = 0;

/** The log of one run: named by what it is about and when, so that older ones are kept, and not shared with another. */
export function newLogPath(topic: string): string {
  const when = new Date().toISOString().replace(/[-:]/g, '').replace(/\..*/, 'Z');
  return join(cacheDir('logs'), `${topic}-${when}-${process.pid}-${++logs}.log`);
}
