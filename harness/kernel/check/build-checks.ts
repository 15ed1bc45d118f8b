import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { attempt, run } from '../../process/run.js';
import { configure, existing, readFragments, type Renamed } from '../build/config.js';
import { fragmentsOf } from '../configs.js';
import { makeArguments, type Kbuild } from '../build/kbuild.js';
import { buildEnvironment, parallelJobs } from '../build/toolchain.js';
import { parseWarnings, takeNew, type Warning } from '../build/warnings.js';

export type BuildColumn = 'FLASH=y' | 'FLASH=n' | 'clang' | 'i386' | 'allmodconfig';

interface BuildKind {
  readonly dir: string;
  /** The configuration of the guests, or everything as modules. */
  readonly config: 'guest' | 'all modules';
  readonly withFlash: boolean;
  readonly variables: readonly string[];
  /** Besides. */
  readonly changes?: string;
}

const kinds: Readonly<Record<BuildColumn, BuildKind>> = {
  'FLASH=y': { dir: 'build-y', config: 'guest', withFlash: true, variables: [] },
  'FLASH=n': { dir: 'build-n', config: 'guest', withFlash: false, variables: [] },
  clang: { dir: 'build-clang', config: 'guest', withFlash: true, variables: ['CC=ccache clang'] },
  // On one processor nothing is aligned to cache lines, what programs map included.
  i386: {
    dir: 'build-i386',
    config: 'all modules',
    withFlash: true,
    variables: ['ARCH=i386'],
    changes: 'CONFIG_SMP=n\n',
  },
  allmodconfig: { dir: 'build-allmod', config: 'all modules', withFlash: true, variables: [] },
};

/** One way the patches are compiled, and the warnings seen so far in it. */
export interface CheckBuild extends BuildKind, Kbuild {
  readonly column: BuildColumn;
  readonly known: Set<string>;
  readonly renamed: Renamed;
}

export interface StepResult {
  /** Undefined when make itself succeeded. */
  readonly failure: string | undefined;
  readonly fresh: readonly Warning[];
}

export function openCheckBuild(tree: string, column: BuildColumn, renamed: Renamed): CheckBuild {
  const buildDir = join(dirname(tree), kinds[column].dir);
  mkdirSync(buildDir, { recursive: true });
  const { variables, ...kind } = kinds[column];
  return {
    ...{ ...kind, column, tree, buildDir, renamed, known: new Set() },
    variables: [...variables, 'LOCALVERSION=-check'],
  };
}

/** Configures for the tree as it is now: a FLASH symbol it does not have yet is not asked for. */
export async function prepare(build: CheckBuild): Promise<void> {
  const { tree, withFlash } = build;
  if (build.config === 'all modules') {
    // What the base warns of with W=1 must not end the build, and our KUnit suites are not built as modules.
    const text = `CONFIG_WERROR=n\nCONFIG_KUNIT=y\n${build.changes ?? ''}`;
    await configure(build, [{ name: 'check', text }], { target: 'allmodconfig' });
  } else {
    const flash = withFlash ? readFragments(['flash', 'flash-kunit']).map((fragment) => existing(tree, fragment)) : [];
    await configure(build, [...readFragments(fragmentsOf('lean', false), build.renamed), ...flash]);
  }
  await run('make', [...makeArguments(build), 'prepare'], { env: buildEnvironment(), failAs: 'buildFailed' });
}

/** Compiles targets with W=1 and returns the warnings this tree adds. */
export function compileTargets(build: CheckBuild, targets: readonly string[]): Promise<StepResult> {
  return make(build, ['W=1', ...targets]);
}

/** Runs sparse over targets that have been compiled. */
export function runSparse(build: CheckBuild, targets: readonly string[]): Promise<StepResult> {
  return make(build, ['W=1', 'C=2', ...targets]);
}

/** Makes the next compile of the targets compile all of them, so that all their warnings are seen. */
export async function forgetObjects(build: CheckBuild, dirs: readonly string[]): Promise<void> {
  for (const dir of dirs) {
    await attempt('find', [join(build.buildDir, dir), '-name', '*.o', '-delete']);
  }
}

async function make(build: CheckBuild, args: readonly string[]): Promise<StepResult> {
  const result = await attempt('nice', ['make', parallelJobs, '--keep-going', ...makeArguments(build), ...args], {
    env: buildEnvironment(),
  });
  const output = `${result.stdout}\n${result.stderr}`;
  const fresh = takeNew(build.known, parseWarnings(output, build.tree));
  if (result.exitCode === 0) return { failure: undefined, fresh };
  return { failure: /^(?!make).*(?:error|undefined).*$/im.exec(output)?.[0] ?? output.slice(-400), fresh };
}
