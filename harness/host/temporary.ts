import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = '.tmp-';

/** A directory that exists until the work is over, however it ends. */
export async function withTemporaryDir<T>(parent: string, work: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
  try {
    return await work(dir);
  } finally {
    // Not the blocking one: a kernel tree takes long, and a second Ctrl-C must be heard meanwhile.
    await rm(dir, { recursive: true, force: true });
  }
}

/**
 * A new directory for sockets, for the caller to remove. Not below the cache, and not in any $TMPDIR:
 * the path of a socket may have 107 characters only, and becomes part of options that are cut at
 * commas and colons.
 */
export function makeSocketDir(purpose: string): string {
  const parent = /^[\w./-]{1,64}$/.test(tmpdir()) ? tmpdir() : '/tmp';
  return mkdtempSync(join(parent, `flash-${purpose}-`));
}

/** Removes what a killed run left behind; only for a caller that holds the cache lock. */
export function removeLeftovers(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (name.startsWith(prefix)) rmSync(join(parent, name), { recursive: true, force: true });
  }
}
