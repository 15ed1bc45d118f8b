import { FlashError } from '../../harness/errors.js';
import { findGroup, findUser } from '../../harness/ffi/names.js';

/** Who may be a function: all that is said has to hold. */
export interface Who {
  readonly user?: string | number | undefined;
  readonly group?: string | number | undefined;
  /** Of the system's systemd, such as firewall.service. */
  readonly unit?: string | undefined;
  /** Of the unified hierarchy, from its root; those below are meant, too. */
  readonly cgroup?: string | undefined;
}

/** By kind and name: to ask who has the users of this machine may take its time. */
const numbers = new Map<string, number>();

/** Looks up all users and groups that are named; throws unless they are there. */
export function requireNames(all: readonly Who[]): void {
  numbers.clear();
  for (const { user, group } of all) {
    if (user !== undefined) numberOf('user', user);
    if (group !== undefined) numberOf('group', group);
  }
}

/** What is known for certain of a process. */
export interface Identity {
  readonly uid: number;
  readonly groups: readonly number[];
  /** The one it is in now; undefined if that cannot be told for certain. */
  readonly cgroup: () => string | undefined;
}

/** Why a process may not be a function of this name; undefined if it may. */
export function whyNot(name: string, who: Who, process: Identity): string | undefined {
  if (who.user !== undefined && process.uid !== numberOf('user', who.user)) return `${name} is of another user`;
  if (who.group !== undefined && !process.groups.includes(numberOf('group', who.group)))
    return `${name} is of another group`;
  if (who.unit === undefined && who.cgroup === undefined) return undefined;
  const cgroup = process.cgroup();
  if (cgroup === undefined) return `${name} is of a cgroup, and that of this process cannot be told`;
  if (who.unit !== undefined && !isOfUnit(cgroup, who.unit)) return `${name} is of ${who.unit}, not of ${cgroup}`;
  if (who.cgroup !== undefined && cgroup !== who.cgroup && !cgroup.startsWith(`${who.cgroup}/`))
    return `${name} is of ${who.cgroup}, not of ${cgroup}`;
  return undefined;
}

/** Only slices are above a unit of the system: users name those below user@UID.service as they like. */
function isOfUnit(cgroup: string, unit: string): boolean {
  const parts = cgroup.split('/').slice(1);
  const at = parts.findIndex((part) => !part.endsWith('.slice'));
  return parts[at] === unit;
}

/** As it was when it was looked up first. Throws if there is no such user or group. */
export function numberOf(what: 'user' | 'group', name: string | number): number {
  if (typeof name === 'number') return name;
  const key = `${what} ${name}`;
  const id = numbers.get(key) ?? (what === 'user' ? findUser(name) : findGroup(name));
  if (id === undefined) throw new FlashError('usage', `there is no ${what} ${name}`);
  numbers.set(key, id);
  return id;
}

/** The cgroup of the unified hierarchy that /proc/PID/cgroup tells, if there is one; also beside others. */
export function readCgroup(text: string): string | undefined {
  const path = /^0::(\/.*)$/m.exec(text)?.[1];
  // It was removed with the process in it.
  return path?.endsWith(' (deleted)') ? undefined : path;
}
