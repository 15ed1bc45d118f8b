import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import lockfile from 'proper-lockfile';
import * as z from 'zod';
import { FlashError } from '../errors.js';
import { readJson, writeWhole } from './durable-file.js';

/** A lock whose holder has not renewed it for this long belongs to nobody. */
const staleMs = 60_000;

const ownerSchema = z.object({ pid: z.number(), purpose: z.string(), since: z.string() });

/** What is locked by a directory, in the words of who finds it in use. */
export interface Locked {
  readonly what: string;
  readonly advice: string;
}

const cache = (dir: string): Locked => ({
  what: `the cache ${dir}`,
  advice: 'wait for it to end, or set FLASH_CACHE to another directory',
});

/** Runs the work while holding the lock of a directory, of the cache unless told; one held by someone else is `busy`. */
export async function withLock<T>(
  dir: string,
  purpose: string,
  work: () => Promise<T>,
  locked: Locked = cache(dir),
): Promise<T> {
  mkdirSync(dir, { recursive: true });
  const release = await acquire(dir, locked);
  try {
    writeWhole(ownerPath(dir), JSON.stringify({ pid: process.pid, purpose, since: new Date().toISOString() }));
    return await work();
  } finally {
    // First, so that no later holder is taken for this one, and for dead once this one is.
    rmSync(ownerPath(dir), { force: true });
    await release();
  }
}

async function acquire(dir: string, locked: Locked): Promise<() => Promise<void>> {
  try {
    return await lock(dir);
  } catch (error) {
    if (!isHeld(error)) throw error;
    const owner = ownerSchema.safeParse(readJson(ownerPath(dir))).data;
    if (owner !== undefined && !isAlive(owner.pid)) {
      return await takeOver(dir, locked, error);
    }
    throw busy(locked, owner, error);
  }
}

/** The holder died without releasing: remove its lock and take it, unless someone else was faster. */
async function takeOver(dir: string, locked: Locked, held: unknown): Promise<() => Promise<void>> {
  rmSync(ownerPath(dir), { force: true });
  rmSync(lockPath(dir), { recursive: true, force: true });
  try {
    return await lock(dir);
  } catch (error) {
    if (!isHeld(error)) throw error;
    throw busy(locked, undefined, held);
  }
}

function lock(dir: string): Promise<() => Promise<void>> {
  return lockfile.lock(dir, { lockfilePath: lockPath(dir), stale: staleMs, update: staleMs / 6 });
}

function busy({ what, advice }: Locked, owner: z.infer<typeof ownerSchema> | undefined, cause: unknown): FlashError {
  const holder = owner === undefined ? 'another run' : `process ${owner.pid} (${owner.purpose}, since ${owner.since})`;
  return new FlashError('busy', `${what} is in use by ${holder}`, { advice, cause });
}

function lockPath(dir: string): string {
  return join(dir, '.lock');
}

function ownerPath(dir: string): string {
  return join(dir, '.lock-owner.json');
}

function isHeld(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ELOCKED';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
