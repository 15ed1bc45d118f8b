import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FlashError } from '../../errors.js';
import { cacheRoot, newLogPath } from '../../host/cache.js';
import { requireFreeBytes } from '../../host/disk.js';
import { startClock } from '../../host/duration.js';
import { withLock } from '../../host/lock.js';
import { findCommit } from '../git.js';
import { applySeries, findApplied } from '../series/apply.js';
import { ensureSource, findSource, sourceDisplay } from '../source/source.js';
import { moveTree } from '../source/tree.js';
import { compile, type CompileOptions } from './compile.js';
import { configure } from './config.js';
import {
  atTip,
  inputsOf,
  labelOf,
  neededBytes,
  planOf,
  resolve,
  type Build,
  type BuildOptions,
  type Plan,
} from './plan.js';
import { seedFromLean } from './seed.js';
import { imagePath, readCurrentRelease, removeStamp, writeStamp, type BuildInputs } from './stamp.js';
import { requireCompiler } from './toolchain.js';

export type { BuildOptions } from './plan.js';

export interface BuiltKernel {
  readonly image: string;
  readonly release: string;
  readonly buildDir: string;
  readonly sourceDir: string;
  /** What the series is applied to. */
  readonly baseCommit: string;
  /** Where the source came from, and how its release relates to the pinned one. */
  readonly origin: string;
  readonly seconds: number;
  readonly rebuilt: boolean;
}

/** Brings one kernel image up to date. When nothing changed it takes no lock and touches nothing. */
export async function buildKernel(options: BuildOptions = {}): Promise<BuiltKernel> {
  const elapsed = startClock();
  const plan = planOf(options);
  const result = (await findBuilt(plan)) ?? (await withLock(cacheRoot(), titleOf(plan), () => runBuild(plan)));
  return { ...result, seconds: elapsed() };
}

/** The image if it is up to date; builds none. */
export function findKernel(options: BuildOptions = {}): Promise<Result | undefined> {
  return findBuilt(planOf(options));
}

/** What the lock of the cache says it is held for. */
export function titleOf({ base, config, vanilla }: Plan): string {
  return `building ${base.name} ${labelOf(config)}${vanilla ? ' vanilla' : ''}`;
}

export type Result = Omit<BuiltKernel, 'seconds'>;

export async function findBuilt(plan: Plan): Promise<Result | undefined> {
  const source = plan.at ?? (await findSource(plan.base, plan.given));
  if (source === undefined) return undefined;
  const build = resolve(plan, source);
  const tip = await findApplied(source.repository, source.baseCommit, plan.patches);
  if (tip === undefined || (await findCommit(build.kbuild.tree, 'HEAD')) !== tip) return undefined;
  const release = readCurrentRelease(build.kbuild.buildDir, await inputsOf(atTip(build), tip));
  return release === undefined ? undefined : resultOf(build, release, false);
}

async function runBuild(plan: Plan): Promise<Result> {
  const prepared = await prepareBuild(plan);
  const { build, inputs } = prepared;
  const current = readCurrentRelease(build.kbuild.buildDir, inputs);
  if (current !== undefined) return resultOf(build, current, false);
  const release = await compileBuild(prepared, { targets: ['bzImage'] });
  writeStamp(build.kbuild.buildDir, inputs, release);
  return resultOf(build, release, true);
}

/** A build whose tree has the source and the series. */
export interface PreparedBuild {
  readonly build: Build;
  readonly inputs: BuildInputs;
}

/** Needs the lock of the cache. */
export async function prepareBuild(plan: Plan): Promise<PreparedBuild> {
  const { base, patches, onProgress } = plan;
  const source = plan.at ?? (await ensureSource(base, plan.given, onProgress));
  if (plan.at === undefined) onProgress({ kind: 'note', text: `source: ${sourceDisplay(base, source)}` });
  await requireCompiler(source.repository);
  const build = resolve(plan, source);
  const { tree, buildDir } = build.kbuild;
  if (isFirst(build)) requireFreeBytes(source.dir, neededBytes(plan), `a first ${labelOf(plan.config)} build`);

  onProgress({ kind: 'phase', phase: `applying ${patches.length} patches` });
  const { tip } = await applySeries(source.repository, source.baseCommit, patches);
  await moveTree(source.repository, tree, tip);
  await seedFromLean(build);
  mkdirSync(buildDir, { recursive: true });
  const ready = atTip(build);
  return { build: ready, inputs: await inputsOf(ready, tip) };
}

/** Configures and compiles, and returns the release; the stamp is for the caller to write. */
export async function compileBuild(
  { build }: PreparedBuild,
  what: Pick<CompileOptions, 'targets' | 'variables' | 'env'>,
): Promise<string> {
  const { base, config, kbuild, source, localVersion, onProgress } = build;
  const steps: Readonly<Record<string, number | undefined>> = base.compileSteps;
  const expectedSteps = isFirst(build) ? steps[config] : undefined;
  removeStamp(kbuild.buildDir);
  onProgress({ kind: 'phase', phase: 'configuring' });
  await configure(kbuild, build.fragments, build.start);
  onProgress({ kind: 'phase', phase: 'compiling' });
  const logPath = newLogPath(`build-${base.name}${localVersion}-${basename(kbuild.buildDir)}`);
  await compile({ ...what, kbuild, logPath, expectedSteps, onProgress });
  return readBuiltRelease(kbuild.buildDir, `${source.release}${localVersion}`);
}

function isFirst({ kbuild }: Build): boolean {
  return !existsSync(imagePath(kbuild.buildDir));
}

function readBuiltRelease(buildDir: string, expected: string): string {
  const release = readFileSync(join(buildDir, 'include', 'config', 'kernel.release'), 'utf8').trim();
  if (release === expected) return release;
  throw new FlashError('buildFailed', `the build in ${buildDir} calls itself ${release} and should be ${expected}`, {
    advice: 'a localversion* file in the source tree or CONFIG_LOCALVERSION in a fragment adds to the name',
  });
}

export function resultOf({ base, source, kbuild }: Build, release: string, rebuilt: boolean): Result {
  const { tree, buildDir } = kbuild;
  const origin = sourceDisplay(base, source);
  return {
    ...{ image: imagePath(buildDir), release, buildDir, sourceDir: tree, origin, rebuilt },
    baseCommit: source.baseCommit,
  };
}
