import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The directory that holds package.json, wherever the compiled file lies below it. */
export const repositoryRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));

/** A program of the harness as `ci/bundle` makes it: a tool for machines that run chains, or one of harness/programs/. */
export const bundleOf = (name: string): string => join(repositoryRoot, 'dist', 'bundles', `${name}.js`);

export const kernelDir: string = join(repositoryRoot, 'kernel');

/** Where the user called from: relative paths on the command line start there. */
export const callerDir: string = process.env['FLASH_CALLER_DIR'] ?? process.cwd();

function findRoot(dir: string): string {
  if (existsSync(join(dir, 'package.json')) || dirname(dir) === dir) return dir;
  return findRoot(dirname(dir));
}
