import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../../errors.js';
import { run } from '../../process/run.js';
import type { Patch } from './series.js';

export interface Recipients {
  /** Who maintains what the patches touch. */
  readonly to: readonly string[];
  /** Reviewers and lists. */
  readonly cc: readonly string[];
}

/** Only what MAINTAINERS says: the history of a tree, if it has one, has no say. */
const common = ['--no-git', '--no-git-fallback', '--no-fixes', '--no-rolestats', '--no-roles'];

/** Asks the kernel tree whom patches concern. */
export async function findMaintainers(tree: string, patches: readonly Patch[]): Promise<Recipients> {
  const script = join(tree, 'scripts', 'get_maintainer.pl');
  if (!existsSync(script)) {
    throw new FlashError('badSource', `${tree} has no scripts/get_maintainer.pl, which says whom a patch concerns`, {
      advice: 'name the top directory of a kernel tree that is checked out',
    });
  }
  const paths = patches.map(({ path }) => path);
  const ask = async (...options: readonly string[]): Promise<readonly string[]> => {
    const output = await run('perl', [script, ...common, ...options, ...paths], { cwd: tree });
    return output.split('\n').filter((line) => line.includes('@'));
  };
  return { to: await ask('--no-r', '--no-l'), cc: await ask('--no-m') };
}
