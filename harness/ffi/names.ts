import koffi from 'koffi';
import { libc } from './libc.js';

/** Two strings are before the number in `struct passwd` as in `struct group`. */
const numberAt = 2 * koffi.sizeof('void *');

const numberIn = (entry: unknown): number | undefined =>
  entry === null ? undefined : (koffi.decode(entry, numberAt, 'uint32_t') as number);

/** The number of a user, from wherever this machine has its users; undefined if there is none of the name. */
export const findUser = (name: string): number | undefined => numberIn(libc.userNamed(name));

/** The same of a group. */
export const findGroup = (name: string): number | undefined => numberIn(libc.groupNamed(name));
