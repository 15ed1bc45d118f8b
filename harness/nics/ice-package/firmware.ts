import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { FlashError } from '../../errors.js';
import { callerDir } from '../../host/repository.js';
import type { Firmware } from '../firmware.js';
import { findProblem } from './find-problem.js';
import { ownPackage } from './own-package.js';
import { writePackage } from './write-package.js';

export const packageVariable = 'FLASH_ICE_PACKAGE';

/** The package that the ice driver asks for: the one that the user names, else our own. */
export const icePackage: Firmware = {
  name: 'intel/ice/ddp/ice.pkg',
  load: () => readNamed() ?? writePackage(ownPackage),
};

/** Refuses a package that the user names and the driver would not take. */
export function requireIcePackage(): void {
  readNamed();
}

function readNamed(): Buffer | undefined {
  const named = process.env[packageVariable];
  if (!named) return undefined;
  const path = resolve(callerDir, named);
  const file = read(path);
  const problem = findProblem(file);
  if (problem !== undefined) throw refuse(path, `which the ice driver would refuse: ${problem}`, 'name another');
  return file;
}

function read(path: string): Buffer {
  try {
    // What is no file may end at its second reading, or never.
    const kind = statSync(path);
    if (kind.isFile() || kind.isDirectory()) return readFileSync(path);
  } catch (cause) {
    const { code = 'EIO' } = cause as NodeJS.ErrnoException;
    const [problem, advice] = unreadable[code] ?? [`which cannot be read (${code})`, 'make it readable'];
    throw refuse(path, problem, advice);
  }
  throw refuse(path, 'which is no plain file', 'name one');
}

const unreadable: Readonly<Record<string, readonly [problem: string, advice: string]>> = {
  ENOENT: ['and there is no such file', 'name a DDP package'],
  EISDIR: ['which is a directory', 'name a file in it'],
};

function refuse(path: string, problem: string, advice: string): FlashError {
  const ours = `unset ${packageVariable} for the package that FLASH writes itself`;
  return new FlashError('usage', `${packageVariable} names ${path}, ${problem}`, { advice: `${advice}, or ${ours}` });
}
