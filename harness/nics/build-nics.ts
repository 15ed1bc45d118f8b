import { join } from 'node:path';
import { repositoryRoot } from '../host/repository.js';
import { run } from '../process/run.js';

const sourceDir = join(repositoryRoot, 'vm-images', 'nics');
const outDir = join(repositoryRoot, 'out', 'nics');

/** Brings the models up to date; make looks at what changed. Returns the program that plays them. */
export async function buildNics(): Promise<string> {
  await run('make', ['-s', '-C', sourceDir, `OUT=${outDir}`], { failAs: 'buildFailed', advice: '`npm run doctor` says what is missing' });
  return join(outDir, 'flash-nics');
}
