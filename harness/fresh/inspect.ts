import { cacheDir } from '../host/cache.js';
import { formatGib, freeBytes, gib } from '../host/disk.js';
import type { Finding } from '../host/finding.js';
import { attempt } from '../process/run.js';

/** For a system, its packages, the kernels and what they are built from. */
export const neededGib = 30;

/** Whether the commands could be tried in a fresh system. */
export async function inspectFresh(): Promise<Finding> {
  const what = 'test:fresh';
  const lacks = [
    ...(process.getuid?.() === 0 ? [] : ['this is not root']),
    ...((await attempt('which', ['debootstrap'])).exitCode === 0 ? [] : ['debootstrap is not installed']),
    ...(freeBytes(cacheDir()) >= gib(neededGib) ? [] : [`less than ${formatGib(gib(neededGib))} free`]),
  ];
  if (lacks.length === 0) return { what, state: 'ok', found: 'a fresh system can be made' };
  const advice = `only this command needs root, debootstrap (it installs that), and ${formatGib(gib(neededGib))}`;
  return { what, state: 'optional', found: lacks.join(', '), advice };
}
