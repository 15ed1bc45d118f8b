import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes a file so that a reader sees the old content or the whole new one, never a part. */
export function writeWhole(path: string, content: string): void {
  replace(path, (partial) => writeFileSync(partial, content));
}

/** The same, also after the power fails. Returns once the file is on the disk, with this mode. */
export function writeDurably(path: string, content: string, mode = 0o666): void {
  replace(path, (partial) => {
    writeFileSync(partial, content, { mode });
    sync(partial);
  });
  sync(dirname(path));
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

function replace(path: string, write: (partial: string) => void): void {
  const partial = `${path}.partial-${process.pid}`;
  try {
    write(partial);
    renameSync(partial, path);
  } finally {
    rmSync(partial, { force: true });
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
