import { dirname, join } from 'node:path';
import type { OnProgress } from '../../host/progress.js';
import { applySeries, applyUntilFailure, touchedFiles } from '../series/apply.js';
import type { ApplyFailure } from '../series/apply-failure.js';
import { compileTargets, forgetObjects, openCheckBuild, prepare, runSparse } from './build-checks.js';
import type { CheckBuild, StepResult } from './build-checks.js';
import { checkKernelDoc, checkLength, checkStyle } from './style-checks.js';
import { affectedTargets, touchedTargets } from './targets.js';
import { verdict, type Column, type PatchVerdicts, type Verdict } from './verdict.js';
import type { PatchRepository } from '../series/work-tree.js';
import type { Patch } from '../series/series.js';
import { moveTree } from '../source/tree.js';
import type { Renamed } from '../build/config.js';
import { formatWarning } from '../build/warnings.js';

export interface CheckRequest {
  /** What the patches are on top of, besides the base. */
  readonly before: readonly Patch[];
  readonly patches: readonly Patch[];
  readonly columns: readonly Column[];
  /** Of the configuration, as the base has it. */
  readonly renamed?: Renamed;
}

/** Looks at one patch in one way, with the tree at its commit. */
interface Look {
  readonly column: Column;
  /** Notes what is there before the first patch, which is not blamed on any. */
  before(patches: readonly Patch[]): Promise<void>;
  at(patch: Patch): Promise<Verdict>;
}

/** Looks at every patch by itself. Warnings the base or an earlier patch has are not blamed on it. */
export async function checkSeries(
  source: PatchRepository,
  { before, patches, columns, renamed = {} }: CheckRequest,
  onProgress: OnProgress,
): Promise<readonly PatchVerdicts[]> {
  onProgress({ kind: 'phase', phase: `applying ${before.length + patches.length} patches` });
  const start = (await applySeries(source.repository, source.baseCommit, before)).tip;
  const { commits, failure } = await applyUntilFailure(source.repository, start, patches);
  const tree = join(source.dir, 'check', 'tree');
  onProgress({ kind: 'phase', phase: 'writing the tree of the base' });
  await moveTree(source.repository, tree, start);
  const looks = columns.filter((column) => column !== 'applies').map((column) => lookOf(tree, column, renamed));
  for (const look of looks) {
    onProgress({ kind: 'phase', phase: `looking for what the base has, ${look.column}` });
    await look.before(patches);
  }

  const rows: PatchVerdicts[] = [];
  for (const [index, patch] of patches.entries()) {
    onProgress({ kind: 'phase', phase: `checking ${index + 1} of ${patches.length}, ${patch.file}` });
    const verdicts = new Map<Column, Verdict>();
    rows.push({ patch, verdicts });
    if (failure?.index === index) verdicts.set('applies', verdict([describeFailure(failure)]));
    const commit = commits[index];
    if (commit === undefined) continue;
    verdicts.set('applies', verdict([]));
    await moveTree(source.repository, tree, commit);
    for (const look of looks) verdicts.set(look.column, await look.at(patch));
  }
  return rows;
}

function lookOf(tree: string, column: Exclude<Column, 'applies'>, renamed: Renamed): Look {
  const known = new Set<string>();
  switch (column) {
    case 'lines':
      return { column, before: async () => undefined, at: async (patch) => checkLength(patch) };
    case 'checkpatch':
      return { column, before: async () => undefined, at: (patch) => checkStyle(tree, patch) };
    case 'kernel-doc':
      return {
        column,
        before: async (patches) => void (await checkKernelDoc(tree, patches, known)),
        at: (patch) => checkKernelDoc(tree, [patch], known),
      };
    case 'sparse':
      return sparseLook(openCheckBuild(tree, 'FLASH=y', renamed));
    default:
      return buildLook(openCheckBuild(tree, column, renamed));
  }
}

/** Compilers other than that of the guests see only what a patch touches. */
function buildLook(build: CheckBuild): Look {
  const targetsOf = async (patches: readonly Patch[]): Promise<readonly string[]> =>
    build.column.startsWith('FLASH=') ? affectedTargets(build.tree, patches) : touchedTargets(build.tree, patches);
  return {
    column: build.column,
    before: async (patches) => {
      await prepare(build);
      const targets = await targetsOf(patches);
      await forgetObjects(build, [...new Set(targets.map(dirOf))]);
      await compileTargets(build, targets);
    },
    at: async (patch) => {
      await configureFor(build, patch);
      return verdictOf(await compileTargets(build, await targetsOf([patch])));
    },
  };
}

/** After the compilation of the same, if there is one. */
function sparseLook(build: CheckBuild): Look {
  return {
    column: 'sparse',
    before: async (patches) => {
      await prepare(build);
      await runSparse(build, touchedTargets(build.tree, patches));
    },
    at: async (patch) => {
      await configureFor(build, patch);
      return verdictOf(await runSparse(build, touchedTargets(build.tree, [patch])));
    },
  };
}

/** A patch that touches no Kconfig file leaves the configuration as it is. */
async function configureFor(build: CheckBuild, patch: Patch): Promise<void> {
  if (touchedFiles(patch).some((file) => /(?:^|\/)Kconfig/.test(file))) await prepare(build);
}

function verdictOf({ failure, fresh }: StepResult): Verdict {
  return verdict([...fresh.map(formatWarning), ...(failure === undefined || fresh.length > 0 ? [] : [failure])]);
}

/** The directory of a target, which may be one itself. */
function dirOf(target: string): string {
  return target.endsWith('/') ? target : dirname(target);
}

function describeFailure({ file, hunk, reason }: ApplyFailure): string {
  return [file, hunk, reason].filter((part) => part !== undefined).join(': ');
}
