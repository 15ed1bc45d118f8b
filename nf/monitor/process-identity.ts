import { readFileSync } from 'node:fs';
import { hasEnded } from '../../harness/ffi/pidfd.js';
import { readCgroup, type Identity } from './who.js';

/** One that runs with the privilege of others, as by set-user-id, is nobody's here. */
export function readWho(pid: number): Pick<Identity, 'uid' | 'groups'> | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const numbers = (what: string): readonly number[] =>
      (new RegExp(`^${what}:(.*)$`, 'm').exec(status)?.[1] ?? '').trim().split(/\s+/).filter(Boolean).map(Number);
    const same = ([first, ...others]: readonly number[]): number =>
      first !== undefined && others.every((each) => each === first) ? first : Number.NaN;
    const gid = same(numbers('Gid'));
    return { uid: same(numbers('Uid')), groups: Number.isNaN(gid) ? [] : [gid, ...numbers('Groups')] };
  } catch {
    return undefined;
  }
}

/** Of whatever process has that number now. */
export function readCgroupOf(pid: number): string | undefined {
  try {
    return readCgroup(readFileSync(`/proc/${pid}/cgroup`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Undefined if it has ended: then its number may be another's. */
export function cgroupOf(pid: number, pidfd: number): string | undefined {
  const cgroup = readCgroupOf(pid);
  return hasEnded(pidfd) ? undefined : cgroup;
}
