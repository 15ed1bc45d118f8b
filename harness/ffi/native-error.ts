import koffi from 'koffi';

const names = new Map(Object.entries(koffi.os.errno).map(([name, number]) => [number, name]));

/** Numbers that lack their Linux name in the table, or have another one there. */
const linuxNames: Readonly<Record<number, string>> = { 11: 'EAGAIN', 95: 'EOPNOTSUPP', 524: 'ENOTSUPP' };

export function errnoName(errno: number): string {
  return linuxNames[errno] ?? names.get(errno) ?? `errno ${errno}`;
}

/** A call of a C function that failed: what was attempted, and the name of the errno. */
export class NativeError extends Error {
  readonly errno: string;

  constructor(attempted: string, errno: number) {
    super(`${attempted}: ${errnoName(errno)}`);
    this.name = 'NativeError';
    this.errno = errnoName(errno);
  }
}

/** For functions that return -1 and set errno. */
export function checkErrno(attempted: string, result: number): number {
  if (result < 0) throw new NativeError(attempted, koffi.errno());
  return result;
}

/** For functions that return -errno. */
export function checkResult(attempted: string, result: number): number {
  if (result < 0) throw new NativeError(attempted, -result);
  return result;
}
