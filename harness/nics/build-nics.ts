import { join } from 'node:path';
import { repositoryRoot } from '../host/repository.js';
import { make } from '../process/make.js';

const sourceDir = join(repositoryRoot, 'vm-images', 'nics');
export const nicsOutDir = join(repositoryRoot, 'out', 'nics');
export const nicsMakeArgs: readonly string[] = ['-C', sourceDir, `OUT=${nicsOutDir}`];

/** Brings the models up to date; make looks at what changed. Returns the program that plays them. */
export async function buildNics(): Promise<string> {
  await make(nicsMakeArgs, { what: 'the emulated NICs', failAs: 'buildFailed', advice: '`npm run doctor` says what is missing' });
  return join(nicsOutDir, 'flash-nics');
}
