import { availableParallelism } from 'node:os';
import { FlashError } from '../../errors.js';
import { cacheDir, cacheRoot } from '../../host/cache.js';
import { attempt, run } from '../../process/run.js';
import { compareVersions } from '../source/release.js';

/** What every make of a kernel gets, so that equal sources give equal objects and ccache can tell. */
export const makeVariables: readonly string[] = [
  'CC=ccache gcc',
  'HOSTCC=ccache gcc',
  'EXTRAVERSION=',
  'KBUILD_BUILD_TIMESTAMP=1970-01-01',
  'KBUILD_BUILD_USER=flash',
  'KBUILD_BUILD_HOST=flash',
];

export const parallelJobs: string = `-j${availableParallelism()}`;

/**
 * The environment of a build. Paths below the cache are hashed relative to the build directory, and
 * the one option that names the tree in full is left out of the hash, so that every tree of the
 * cache takes the objects any other has made with the same configuration. Without the preprocessor's
 * output, which takes a fifth of a first build, another configuration has its objects compiled anew.
 */
export function buildEnvironment(): Readonly<Record<string, string>> {
  return {
    CCACHE_DIR: cacheDir('ccache'),
    CCACHE_BASEDIR: cacheRoot(),
    CCACHE_NOHASHDIR: '1',
    CCACHE_IGNOREOPTIONS: '-fmacro-prefix-map=*',
    CCACHE_DEPEND: '1',
    CCACHE_MAXSIZE: '10G',
    LC_ALL: 'C',
    // A make above this one must not hand down its options.
    MAKEFLAGS: '',
  };
}

/** The compiler and linker as they introduce themselves: a change of either means a rebuild. */
export async function describeToolchain(): Promise<string> {
  const versions: string[] = [];
  for (const tool of ['gcc', 'ld']) versions.push((await requireTool(tool)).split('\n')[0] ?? '');
  return versions.join('; ');
}

/** Fails when the compiler is older than the tree asks for. */
export async function requireCompiler(tree: string): Promise<void> {
  const minimum = (await run('sh', [`${tree}/scripts/min-tool-version.sh`, 'gcc'])).trim();
  await requireTool('gcc');
  const actual = (await run('gcc', ['-dumpfullversion'])).trim();
  if (compareVersions(actual, minimum) >= 0) return;
  throw new FlashError('compilerTooOld', `gcc ${actual} is too old: this kernel needs ${minimum} or newer`, {
    advice: 'install a newer gcc and put it first in PATH',
  });
}

async function requireTool(tool: string): Promise<string> {
  const result = await attempt(tool, ['--version']);
  if (result.exitCode === 0) return result.stdout;
  throw new FlashError('missingTool', `${tool} does not run, and a kernel build needs it`, {
    advice: 'run ci/bootstrap.sh, which installs what is missing',
  });
}
