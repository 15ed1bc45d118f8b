import { join } from 'node:path';
import { repositoryRoot } from '../host/repository.js';
import { make } from '../process/make.js';

export const nicsOutDir = join(repositoryRoot, 'out', 'nics');
/** With a relative OUT: the path of the checkout may have blanks, which make cannot quote. */
export const nicsMakeArgs = (root: string = repositoryRoot): readonly string[] => ['-C', join(root, 'vm-images', 'nics'), 'OUT=../../out/nics'];

/** Brings the models up to date; make looks at what changed. Returns the program that plays them. */
export async function buildNics(): Promise<string> {
  await make(nicsMakeArgs(), { what: 'the emulated NICs', failAs: 'buildFailed', advice: '`npm run doctor` says what is missing' });
  return join(nicsOutDir, 'flash-nics');
}
