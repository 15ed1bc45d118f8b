import { join } from 'node:path';
import { gib } from '../../host/disk.js';
import type { OnProgress } from '../../host/progress.js';
import { fragmentsOf, type KernelConfig } from '../configs.js';
import { git } from '../git.js';
import { driverRedirectsOf } from '../series/postings.js';
import { seriesOf, type Patch } from '../series/series.js';
import { chosenBase, loadBase, type Base } from '../source/base.js';
import type { Source } from '../source/source.js';
import { existing, readFragments, type Fragment } from './config.js';
import type { Kbuild } from './kbuild.js';
import type { BuildInputs } from './stamp.js';
import { startOf, type Start } from './start.js';
import { describeToolchain, makeVariables } from './toolchain.js';

export interface BuildOptions {
  /** That of `chosenBase()` unless told. */
  readonly base?: string;
  /** `lean` unless told. */
  readonly config?: KernelConfig;
  /** Without the series and without FLASH in the configuration. */
  readonly vanilla?: boolean;
  /** False leaves out that drivers redirect: the series must be correct with those that do not. Fixes of theirs stay. */
  readonly driverRedirects?: boolean;
  /** A source tree or a tarball of one. */
  readonly source?: string;
  /** In place of the series in kernel/: patches that it begins with need not have all its symbols yet. */
  readonly patches?: readonly Patch[];
  /** On top of the series, for this build alone. */
  readonly extraPatches?: readonly Patch[];
  /** What is built, where that is neither `source` nor what the cache has: its directory is built in. */
  readonly at?: Source;
  readonly onProgress?: OnProgress;
}

/** A kernel that is installed lies beside others: its config is in its release, and its build directory is its own. */
export interface Installed {
  readonly fragments: readonly Fragment[];
}

export interface Plan {
  readonly base: Base;
  readonly config: KernelConfig;
  readonly start: Start;
  readonly vanilla: boolean;
  readonly driverRedirects: boolean;
  readonly given: string | undefined;
  readonly at: Source | undefined;
  readonly patches: readonly Patch[];
  /** The patches may be a part of the series. */
  readonly partial: boolean;
  readonly installed: Installed | undefined;
  readonly onProgress: OnProgress;
}

/** A plan whose source is there: where it is built, and how. */
export interface Build extends Plan {
  readonly source: Source;
  readonly kbuild: Kbuild;
  readonly localVersion: string;
  readonly fragments: readonly Fragment[];
}

/** Reads all that can be wrong with what was asked for. */
export function planOf(options: BuildOptions, installed?: Installed): Plan {
  const vanilla = options.vanilla ?? false;
  const driverRedirects = options.driverRedirects ?? true;
  const config = options.config ?? 'lean';
  const base = loadBase(options.base ?? chosenBase());
  const { patches: series = seriesOf(base), extraPatches: extra = [] } = options;
  const left = driverRedirects || vanilla ? new Set() : driverRedirectsOf(base);
  return {
    start: startOf(config),
    ...{ base, config, vanilla, driverRedirects, installed },
    given: options.source,
    at: options.at,
    patches: vanilla ? [] : [...series.filter(({ file }) => driverRedirects || !left.has(file)), ...extra],
    partial: options.patches !== undefined,
    onProgress: options.onProgress ?? (() => undefined),
  };
}

export function resolve(plan: Plan, source: Source): Build {
  const { base, config, vanilla, driverRedirects, installed, patches } = plan;
  const dir = join(source.dir, vanilla ? 'vanilla' : 'flash');
  const label = labelOf(config);
  const kind = installed === undefined ? 'build' : 'build-installed';
  const buildDir = join(dir, `${kind}-${label}${driverRedirects ? '' : '-core'}`);
  const localVersion = `${vanilla ? '-vanilla' : '-flash'}${installed === undefined ? '' : `-${label}`}`;
  return {
    ...{ ...plan, source, localVersion },
    kbuild: { tree: join(dir, 'tree'), buildDir, variables: [`LOCALVERSION=${localVersion}`] },
    fragments: [
      ...readFragments(fragmentsOf(config, patches.length > 0), base.config),
      ...(installed?.fragments ?? []),
    ],
  };
}

/** The build of a tree that is at its tip: a part of the series is not asked for symbols that come after it. */
export function atTip(build: Build): Build {
  if (!build.partial) return build;
  const ask = (each: Fragment): Fragment => (each.name.startsWith('flash') ? existing(build.kbuild.tree, each) : each);
  return { ...build, fragments: build.fragments.map(ask) };
}

/** A config in names: that of a file without what is usual around it, as a release and a package may have it. */
export function labelOf(config: KernelConfig): string {
  if (!config.startsWith('/')) return config;
  const stem = (config.split('/').at(-1) ?? '').toLowerCase().replace(/\.gz$/, '');
  const label = stem
    .replace(/^config-|\.config$/g, '')
    .replace(/[^a-z0-9.]+/g, '-')
    .slice(0, 24)
    .replace(/^[-.]+|[-.]+$/g, '');
  return label === '' ? 'file' : `file-${label}`;
}

export async function inputsOf({ source, kbuild, start, fragments }: Build, tip: string): Promise<BuildInputs> {
  const text = 'text' in start ? [{ name: 'start', text: JSON.stringify([start.text, start.loaded]) }] : [];
  return {
    sourceTree: await git(source.repository, ['rev-parse', `${tip}^{tree}`]),
    fragments: [...text, ...fragments],
    toolchain: await describeToolchain(),
    makeVariables: [...makeVariables, ...kbuild.variables],
  };
}

/** About what a first build leaves on the disk: of a configuration that has what, debug information or not. */
export function neededBytes({ config, start }: Plan): number {
  if (!('text' in start)) return gib(config === 'debug' ? 5 : config === 'server' ? 6 : 3);
  const symbols = start.text.match(/^CONFIG_\w+=[ym]$/gm)?.length ?? 0;
  const withoutDebugInfo = 2 + symbols / 1000;
  return gib(withoutDebugInfo * (/^CONFIG_DEBUG_INFO=y$/m.test(start.text) ? 3 : 1));
}
