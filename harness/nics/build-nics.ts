import { join } from 'node:path';
import { repositoryRoot } from '../host/repository.js';
import { make, type MakeArgs } from '../host/make.js';

export const nicsOutDir = join(repositoryRoot, 'out', 'nics');
/** With a relative OUT: the path of the checkout may have blanks, which make cannot quote. */
export function nicsMakeArgs(root: string = repositoryRoot): MakeArgs {
  return ['-C', join(root, 'vm-images', 'nics'), 'OUT=../../out/nics'];
}

/** Brings the models up to date; make looks at what changed. Returns the program that plays them. */
export async function buildNics(): Promise<string> {
  const advice = '`npm run doctor` says what is missing';
  await make(nicsMakeArgs(), { what: 'the emulated NICs', failAs: 'buildFailed', advice });
  return join(nicsOutDir, 'flash-nics');
}
