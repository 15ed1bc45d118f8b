import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FlashError } from '../../errors.js';
import { cacheRoot, newLogPath } from '../../host/cache.js';
import { gib, requireFreeBytes } from '../../host/disk.js';
import { startClock } from '../../host/duration.js';
import { withLock } from '../../host/lock.js';
import type { OnProgress } from '../../host/progress.js';
import { applySeries, findApplied } from '../series/apply.js';
import { loadBase, type Base } from '../source/base.js';
import { imagePath, readCurrentRelease, removeStamp, writeStamp, type BuildInputs } from './stamp.js';
import { compile } from './compile.js';
import { configure, readFragments, type Fragment } from './config.js';
import type { Kbuild } from './kbuild.js';
import { fragmentsOf, type GuestConfig } from '../configs.js';
import { findCommit, git } from '../git.js';
import { isDriverPatch, readSeries, type Patch } from '../series/series.js';
import { ensureSource, findSource, sourceDisplay, type Source } from '../source/source.js';
import { describeToolchain, makeVariables, requireCompiler } from './toolchain.js';
import { moveTree } from '../source/tree.js';

export interface BuildOptions {
  /** 6.12 unless told. */
  readonly base?: string;
  readonly config?: GuestConfig;
  /** Without the series and without FLASH in the configuration. */
  readonly vanilla?: boolean;
  /** False leaves out the patches of drivers, which must be correct without. */
  readonly driverPatches?: boolean;
  /** A source tree or a tarball of one. */
  readonly source?: string;
  /** On top of the series, for this build alone. */
  readonly extraPatches?: readonly Patch[];
  readonly onProgress?: OnProgress;
}

export interface BuiltKernel {
  readonly image: string;
  readonly release: string;
  readonly buildDir: string;
  readonly sourceDir: string;
  /** Where the source came from, and how its release relates to the pinned one. */
  readonly origin: string;
  readonly seconds: number;
  readonly rebuilt: boolean;
}

interface Plan {
  readonly base: Base;
  readonly config: GuestConfig;
  readonly vanilla: boolean;
  readonly driverPatches: boolean;
  readonly given: string | undefined;
  readonly patches: readonly Patch[];
  readonly onProgress: OnProgress;
}

/** Brings one kernel image up to date. When nothing changed it takes no lock and touches nothing. */
export async function buildKernel(options: BuildOptions = {}): Promise<BuiltKernel> {
  const elapsed = startClock();
  const plan = planOf(options);
  const title = `building ${plan.base.name} ${plan.config}${plan.vanilla ? ' vanilla' : ''}`;
  const result = (await findBuilt(plan)) ?? (await withLock(cacheRoot(), title, () => runBuild(plan)));
  return { ...result, seconds: elapsed() };
}

/** The image if it is up to date; builds none. */
export function findKernel(options: BuildOptions = {}): Promise<Result | undefined> {
  return findBuilt(planOf(options));
}

type Result = Omit<BuiltKernel, 'seconds'>;

function planOf(options: BuildOptions): Plan {
  const vanilla = options.vanilla ?? false;
  const driverPatches = options.driverPatches ?? true;
  return {
    base: loadBase(options.base ?? '6.12'),
    config: options.config ?? 'lean',
    ...{ vanilla, driverPatches },
    given: options.source,
    patches: vanilla
      ? []
      : [...readSeries().filter((patch) => driverPatches || !isDriverPatch(patch)), ...(options.extraPatches ?? [])],
    onProgress: options.onProgress ?? (() => undefined),
  };
}

/** A plan whose source is there: where it is built, and how. */
interface Build extends Plan {
  readonly source: Source;
  readonly kbuild: Kbuild;
  readonly localVersion: string;
  readonly fragments: readonly Fragment[];
}

function resolve(plan: Plan, source: Source): Build {
  const dir = join(source.dir, plan.vanilla ? 'vanilla' : 'flash');
  const buildDir = join(dir, `build-${plan.config}${plan.driverPatches ? '' : '-core'}`);
  const localVersion = plan.vanilla ? '-vanilla' : '-flash';
  return {
    ...{ ...plan, source, localVersion },
    kbuild: { tree: join(dir, 'tree'), buildDir, variables: [`LOCALVERSION=${localVersion}`] },
    fragments: readFragments(fragmentsOf(plan.config, plan.patches.length > 0)),
  };
}

async function findBuilt(plan: Plan): Promise<Result | undefined> {
  const source = await findSource(plan.base, plan.given);
  if (source === undefined) return undefined;
  const build = resolve(plan, source);
  const tip = await findApplied(source.repository, source.baseCommit, plan.patches);
  if (tip === undefined || (await findCommit(build.kbuild.tree, 'HEAD')) !== tip) return undefined;
  const release = readCurrentRelease(build.kbuild.buildDir, await inputsOf(build, tip));
  return release === undefined ? undefined : resultOf(build, release, false);
}

async function runBuild(plan: Plan): Promise<Result> {
  const { base, config, patches, onProgress } = plan;
  const source = await ensureSource(base, plan.given, onProgress);
  onProgress({ kind: 'note', text: `source: ${sourceDisplay(base, source)}` });
  await requireCompiler(source.repository);
  const build = resolve(plan, source);
  const { kbuild } = build;
  const isFirst = !existsSync(imagePath(kbuild.buildDir));
  if (isFirst) requireFreeBytes(source.dir, gib(config === 'debug' ? 5 : 3), `a first ${config} build`);

  onProgress({ kind: 'phase', phase: `applying ${patches.length} patches` });
  const { tip } = await applySeries(source.repository, source.baseCommit, patches);
  await moveTree(source.repository, kbuild.tree, tip);

  mkdirSync(kbuild.buildDir, { recursive: true });
  const inputs = await inputsOf(build, tip);
  const current = readCurrentRelease(kbuild.buildDir, inputs);
  if (current !== undefined) return resultOf(build, current, false);
  removeStamp(kbuild.buildDir);
  onProgress({ kind: 'phase', phase: 'configuring' });
  await configure(kbuild, build.fragments);
  onProgress({ kind: 'phase', phase: 'compiling' });
  const logPath = newLogPath(`build-${base.name}${build.localVersion}-${basename(kbuild.buildDir)}`);
  const expectedSteps = isFirst ? base.compileSteps[config] : undefined;
  await compile({ kbuild, logPath, expectedSteps, onProgress });
  const release = readBuiltRelease(kbuild.buildDir, `${source.release}${build.localVersion}`);
  writeStamp(kbuild.buildDir, inputs, release);
  return resultOf(build, release, true);
}

async function inputsOf({ source, kbuild, fragments }: Build, tip: string): Promise<BuildInputs> {
  return {
    sourceTree: await git(source.repository, ['rev-parse', `${tip}^{tree}`]),
    fragments,
    toolchain: await describeToolchain(),
    makeVariables: [...makeVariables, ...kbuild.variables],
  };
}

function readBuiltRelease(buildDir: string, expected: string): string {
  const release = readFileSync(join(buildDir, 'include', 'config', 'kernel.release'), 'utf8').trim();
  if (release === expected) return release;
  throw new FlashError('buildFailed', `the build in ${buildDir} calls itself ${release} and should be ${expected}`, {
    advice: 'a localversion* file in the source tree or CONFIG_LOCALVERSION in a fragment adds to the name',
  });
}

function resultOf({ base, source, kbuild }: Build, release: string, rebuilt: boolean): Result {
  const { tree, buildDir } = kbuild;
  const origin = sourceDisplay(base, source);
  return { image: imagePath(buildDir), release, buildDir, sourceDir: tree, origin, rebuilt };
}
