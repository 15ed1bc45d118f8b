import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
import { configure, readFragments } from './config.js';
import { fragmentsOf, type Flavour } from '../flavour.js';
import { findCommit, git } from '../git.js';
import { isDriverPatch, readSeries, type Patch } from '../series/series.js';
import { ensureSource, findSource, sourceDisplay, type Source } from '../source/source.js';
import { describeToolchain, makeVariables, requireCompiler } from './toolchain.js';
import { moveTree } from '../source/tree.js';

export interface BuildOptions {
  /** 6.12 unless told. */
  readonly base?: string;
  readonly flavour?: Flavour;
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
  readonly flavour: Flavour;
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
  const title = `building ${plan.base.name} ${plan.flavour}${plan.vanilla ? ' vanilla' : ''}`;
  const result = (await findBuilt(plan)) ?? (await withLock(cacheRoot(), title, () => build(plan)));
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
    flavour: options.flavour ?? 'lean',
    ...{ vanilla, driverPatches },
    given: options.source,
    patches: vanilla
      ? []
      : [...readSeries().filter((patch) => driverPatches || !isDriverPatch(patch)), ...(options.extraPatches ?? [])],
    onProgress: options.onProgress ?? (() => undefined),
  };
}

async function findBuilt(plan: Plan): Promise<Result | undefined> {
  const source = await findSource(plan.base, plan.given);
  if (source === undefined) return undefined;
  const tip = await findApplied(source.repository, source.baseCommit, plan.patches);
  const place = placeOf(plan, source);
  if (tip === undefined || (await findCommit(place.tree, 'HEAD')) !== tip) return undefined;
  const release = readCurrentRelease(place.buildDir, await inputsOf(plan, source, tip));
  return release === undefined ? undefined : resultOf(plan, source, release, false);
}

async function build(plan: Plan): Promise<Result> {
  const { onProgress } = plan;
  const source = await ensureSource(plan.base, plan.given, onProgress);
  onProgress({ kind: 'note', text: `source: ${sourceDisplay(plan.base, source)}` });
  await requireCompiler(source.repository);
  const { tree, buildDir } = placeOf(plan, source);
  const isFirst = !existsSync(imagePath(buildDir));
  if (isFirst) requireFreeBytes(source.dir, gib(plan.flavour === 'debug' ? 5 : 3), `a first ${plan.flavour} build`);

  onProgress({ kind: 'phase', phase: `applying ${plan.patches.length} patches` });
  const { tip } = await applySeries(source.repository, source.baseCommit, plan.patches);
  await moveTree(source.repository, tree, tip);

  mkdirSync(buildDir, { recursive: true });
  const inputs = await inputsOf(plan, source, tip);
  const current = readCurrentRelease(buildDir, inputs);
  if (current !== undefined) return resultOf(plan, source, current, false);
  removeStamp(buildDir);
  onProgress({ kind: 'phase', phase: 'configuring' });
  await configure(tree, buildDir, inputs.fragments);
  onProgress({ kind: 'phase', phase: 'compiling' });
  await compile({
    tree,
    buildDir,
    localVersion: localVersion(plan),
    logPath: newLogPath(`build-${plan.base.name}-${buildName(plan)}`),
    expectedSteps: isFirst ? plan.base.compileSteps[plan.flavour] : undefined,
    onProgress,
  });
  const release = readBuiltRelease(buildDir, `${source.release}${localVersion(plan)}`);
  writeStamp(buildDir, inputs, release);
  return resultOf(plan, source, release, true);
}

async function inputsOf(plan: Plan, source: Source, tip: string): Promise<BuildInputs> {
  return {
    sourceTree: await git(source.repository, ['rev-parse', `${tip}^{tree}`]),
    fragments: readFragments(fragmentsOf(plan.flavour, plan.patches.length > 0)),
    toolchain: await describeToolchain(),
    makeVariables: [...makeVariables, localVersion(plan)],
  };
}

function readBuiltRelease(buildDir: string, expected: string): string {
  const release = readFileSync(join(buildDir, 'include', 'config', 'kernel.release'), 'utf8').trim();
  if (release === expected) return release;
  throw new FlashError('buildFailed', `the build in ${buildDir} calls itself ${release} and should be ${expected}`, {
    advice: 'a localversion* file in the source tree or CONFIG_LOCALVERSION in a fragment adds to the name',
  });
}

function resultOf(plan: Plan, source: Source, release: string, rebuilt: boolean): Result {
  const { tree, buildDir } = placeOf(plan, source);
  return {
    image: imagePath(buildDir),
    release,
    buildDir,
    sourceDir: tree,
    origin: sourceDisplay(plan.base, source),
    rebuilt,
  };
}

function placeOf(plan: Plan, source: Source): { readonly tree: string; readonly buildDir: string } {
  const dir = join(source.dir, plan.vanilla ? 'vanilla' : 'flash');
  return { tree: join(dir, 'tree'), buildDir: join(dir, `build-${plan.flavour}${plan.driverPatches ? '' : '-core'}`) };
}

function buildName(plan: Plan): string {
  return `${plan.flavour}${plan.vanilla ? '-vanilla' : ''}${plan.driverPatches ? '' : '-core'}`;
}

function localVersion(plan: Plan): string {
  return plan.vanilla ? '-vanilla' : '-flash';
}
