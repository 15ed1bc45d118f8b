import { chmodSync, rmSync } from 'node:fs';
import { makeSocketDir } from '../../host/temporary.js';

/** A new folder that all users may look into, for the socket of a monitor and copies of programs. */
export function makeOpenDir(): Disposable & { readonly path: string } {
  const path = makeSocketDir('chain');
  chmodSync(path, 0o755);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
