import { join, relative } from 'node:path';
import { repositoryRoot } from '../host/repository.js';
import { layOutApplied } from '../kernel/series/applied-files.js';
import { chosenBase } from '../kernel/source/base.js';
import { run } from '../process/run.js';

/** What programs are compiled from. */
const sources = [
  'net/xdp',
  'include/net/xdp_sock.h',
  'include/net/xdp_sock_drv.h',
  'include/net/xsk_buff_pool.h',
  'include/linux/kconfig.h',
  'include/uapi/linux/if_xdp.h',
];

/** Where the files of the series lie that programs are compiled from, and what was compiled from them. */
export function layOutSeries(): Promise<string> {
  return layOutApplied(chosenBase(), sources, join(repositoryRoot, 'out', 'native', 'series-trees'));
}

/** Compiles programs of a folder here from the series as it is, for user space, and returns where they are. */
export async function buildFromSeries<Program extends string>(
  folder: string,
  programs: readonly Program[],
): Promise<Partial<Record<Program, string>>> {
  return buildFromTree(await layOutSeries(), folder, programs);
}

export interface BuildVariables {
  /** For make, as CC. */
  readonly variables?: Readonly<Record<string, string>>;
  /** A folder below the tree, for programs that are compiled in another way than usual. */
  readonly below?: string;
}

/** The same from a tree that is laid out already, into which they go. */
export async function buildFromTree<Program extends string>(
  tree: string,
  folder: string,
  programs: readonly Program[],
  { variables = {}, below = '.' }: BuildVariables = {},
): Promise<Partial<Record<Program, string>>> {
  const directory = join(repositoryRoot, 'harness', 'native', folder);
  // Relative: the path of the checkout may have blanks, which make cannot quote.
  const fromThere = relative(directory, tree);
  const more = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const places = [`KERNEL_TREE=${fromThere}`, `OUT=${join(fromThere, below)}`];
  await run('make', ['-s', '-C', directory, ...places, ...more, ...programs], {
    failAs: 'buildFailed',
    advice: 'what the series takes from the kernel anew may lack its stand-in in harness/native/shim',
  });
  return Object.fromEntries(programs.map((program) => [program, join(tree, below, program)])) as Partial<
    Record<Program, string>
  >;
}
