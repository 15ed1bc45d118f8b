import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a file so that a reader sees the old content or the whole new one, never a part, also after the
 * power fails. Returns once it is on the disk. A file that is made anew gets `mode`.
 */
export function writeWhole(path: string, content: string, mode = 0o666): void {
  const partial = `${path}.partial-${process.pid}`;
  try {
    writeFileSync(partial, content, { mode });
    sync(partial);
    renameSync(partial, path);
    sync(dirname(path));
  } finally {
    rmSync(partial, { force: true });
  }
}

/** Returns once the disk does not have it either. A file that is not there is no error. */
export function removeDurably(path: string): void {
  rmSync(path, { force: true });
  if (existsSync(dirname(path))) sync(dirname(path));
}

/** The JSON value of a file, or undefined when it is not there or not whole JSON. */
export function readJson(path: string): unknown {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function sync(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
