import { resolve } from 'node:path';
import { withProgress } from '../host/progress.js';
import { callerDir } from '../host/repository.js';
import { findFetched } from './fetched.js';
import { fetchQemu } from './fetch.js';
import { probeQemu, qemuName, refuseQemu, type Qemu } from './probe.js';

/**
 * The QEMU that emulated NICs can be attached to: the one FLASH_QEMU names (and no other then), the
 * system's, or the one fetched earlier. Fetches nothing; undefined when there is none.
 */
export async function findNicQemu(): Promise<Qemu | undefined> {
  const named = process.env['FLASH_QEMU'];
  if (named) return requireNamed(named);
  const installed = await probeQemu(qemuName);
  if (installed?.hasVfioUser) return installed;
  return findFetched();
}

let fetching: Promise<Qemu> | undefined;

/** The same, and fetches one into the cache when there is none, once for all who want it meanwhile. */
export async function ensureNicQemu(): Promise<Qemu> {
  return (await findNicQemu()) ?? (fetching ??= withProgress(fetchQemu).finally(() => (fetching = undefined)));
}

async function requireNamed(named: string): Promise<Qemu> {
  const qemu = await probeQemu(named.includes('/') ? resolve(callerDir, named) : named);
  if (qemu?.hasVfioUser) return qemu;
  throw refuseQemu(named, qemu);
}
