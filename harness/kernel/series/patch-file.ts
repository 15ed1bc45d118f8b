import { git, gitOutput } from '../git.js';

/** One commit of the series as the file it becomes. */
export interface PatchFile {
  /** The subject as a file name, without number and suffix. */
  readonly slug: string;
  /** Where it lives, relative to the series file. */
  readonly dir: string;
  readonly text: string;
}

const coreDir = 'core';
const maximumSlugLength = 52;

/** Whatever in a patch could differ from one machine or git to the next is pinned here. */
export const contentOptions = [
  '--zero-commit',
  '--no-signature',
  '--no-renames',
  '--diff-algorithm=myers',
  '--abbrev=12',
  '--stat=72',
] as const;

const fileOptions = [...contentOptions, '--no-numbered', '--no-thread', '--no-encode-email-headers'] as const;

export async function formatCommit(tree: string, commit: string): Promise<PatchFile> {
  const text = await gitOutput(tree, ['format-patch', '-1', '--stdout', ...fileOptions, commit]);
  const slug = await git(tree, ['show', '--no-patch', '--format=%f', commit]);
  const files = await git(tree, ['diff-tree', '--no-commit-id', '--name-only', '-r', commit]);
  return { slug: shorten(slug), dir: directoryOf(files.split('\n')), text: text.replace(/\n*$/, '\n') };
}

function shorten(slug: string): string {
  return slug.slice(0, maximumSlugLength).replace(/[-.]+$/, '');
}

/** A commit that touches one driver and nothing else goes with that driver. */
export function directoryOf(files: readonly string[]): string {
  const drivers = new Set(files.map(driverOf));
  const [driver] = drivers;
  return drivers.size === 1 && driver !== undefined ? `../drivers-patches/${driver}` : coreDir;
}

function driverOf(file: string): string | undefined {
  return /^drivers\/net\/ethernet\/[^/]+\/([^/]+)\//.exec(file)?.[1] ?? /^drivers\/net\/([^/]+)\.[ch]$/.exec(file)?.[1];
}
