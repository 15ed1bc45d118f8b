import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { callerDir } from '../host/repository.js';
import { configNames, type KernelConfig } from '../kernel/configs.js';

/*
 * Files that options name, relative to where the user is. What is wrong with one is said before anything
 * runs: what follows takes long.
 */

/** A file to write results to. */
export function fileToWrite(given: string): string {
  const path = resolve(callerDir, given);
  const problem = cannotWrite(path);
  if (problem !== undefined) throw new InvalidArgumentError(problem);
  return path;
}

/** A file to read. */
export function fileToRead(given: string): string {
  const path = resolve(callerDir, given);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return path;
  throw new InvalidArgumentError(`there is no file ${path}: name one that there is`);
}

/** A kernel to boot. */
export function imageFile(given: string): string {
  const path = resolve(callerDir, given);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new InvalidArgumentError(`there is no file ${path}: name a bzImage, or leave the option out to build one`);
  }
  return path;
}

/** What a kernel is configured by: a name, or a file. */
export function kernelConfig(given: string): KernelConfig {
  const name = configNames.find((each) => each === given);
  if (name !== undefined) return name;
  const path = resolve(callerDir, given);
  if (existsSync(path)) return path as KernelConfig;
  throw new InvalidArgumentError(`there is no file ${path}: name one, or one of ${configNames.join(', ')}`);
}

/** Why nothing can be written to a path, with what to do; undefined if one can. */
function cannotWrite(path: string): string | undefined {
  try {
    closeSync(openSync(path, 'a'));
    return undefined;
  } catch (error) {
    const { code = 'EIO' } = error as NodeJS.ErrnoException;
    const create = `create the directory ${dirname(path)} first`;
    const advice = !existsSync(dirname(path)) ? create : 'name a file that can be written';
    return `${path} cannot be written (${code}): ${advice}`;
  }
}
