import { mkdirSync, statfsSync } from 'node:fs';
import { FlashError } from '../errors.js';

const bytesPerGib = 2 ** 30;

export function freeBytes(dir: string): number {
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize;
}

export function formatGib(bytes: number): string {
  return `${(bytes / bytesPerGib).toFixed(1)} GiB`;
}

export function gib(count: number): number {
  return count * bytesPerGib;
}

/** Fails before the work starts rather than halfway through it. */
export function requireFreeBytes(dir: string, neededBytes: number, purpose: string): void {
  mkdirSync(dir, { recursive: true });
  const free = freeBytes(dir);
  if (free >= neededBytes) return;
  throw new FlashError(
    'noDiskSpace',
    `${purpose} needs ${formatGib(neededBytes)} in ${dir}, where ${formatGib(free)} are free`,
    { advice: 'free some space there, or set FLASH_CACHE to a directory on a larger disk' },
  );
}
