import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { OnProgress } from '../host/progress.js';
import { attempt, run } from '../process/run.js';
import { applyUntilFailure, touchedFiles } from './apply.js';
import { compileTargets, forgetObjects, openCheckBuild, prepare, runSparse, type CheckBuild, type StepResult } from './check-build.js';
import type { PatchRepository } from './patches-work.js';
import type { Patch } from './series.js';
import { moveTree } from './tree.js';
import { formatWarning } from './warnings.js';

/** What one patch got in one column: undefined when an earlier failure kept it from being looked at. */
export interface Verdict {
  readonly ok: boolean;
  readonly problems: readonly string[];
}

export interface PatchVerdicts {
  readonly patch: Patch;
  readonly applies: Verdict | undefined;
  readonly buildY: Verdict | undefined;
  readonly buildN: Verdict | undefined;
  readonly checkpatch: Verdict | undefined;
  readonly sparse: Verdict | undefined;
}

const passed: Verdict = { ok: true, problems: [] };

/** Looks at every patch by itself. Warnings the base or an earlier patch has are not blamed on it. */
export async function checkSeries(source: PatchRepository, patches: readonly Patch[], onProgress: OnProgress): Promise<readonly PatchVerdicts[]> {
  onProgress({ kind: 'phase', phase: `applying ${patches.length} patches` });
  const { commits, failure } = await applyUntilFailure(source.repository, source.baseCommit, patches);
  const tree = join(source.dir, 'check', 'tree');
  const builds = [openCheckBuild(tree, true), openCheckBuild(tree, false)] as const;
  const dirs = [...new Set(patches.flatMap(buildDirs))];
  onProgress({ kind: 'phase', phase: 'writing the tree of the base' });
  await moveTree(source.repository, tree, source.baseCommit);
  const users = await apiUsers(tree, patches);
  for (const build of builds) {
    onProgress({ kind: 'phase', phase: `looking for warnings the base has, FLASH=${build.withFlash ? 'y' : 'n'}` });
    await prepare(build);
    await forgetObjects(build, [...dirs, ...driverDirs]);
    await compileTargets(build, [...dirs.map((dir) => `${dir}/`), ...users]);
  }
  await runSparse(builds[0], sparseTargets(tree, patches));

  const rows: PatchVerdicts[] = [];
  for (const [index, patch] of patches.entries()) {
    onProgress({ kind: 'phase', phase: `checking ${index + 1} of ${patches.length}, ${patch.file}` });
    const commit = commits[index];
    if (commit === undefined) {
      const applies = failure?.index === index ? { ok: false, problems: [describeFailure(failure)] } : undefined;
      rows.push({ patch, applies, buildY: undefined, buildN: undefined, checkpatch: undefined, sparse: undefined });
      continue;
    }
    await moveTree(source.repository, tree, commit);
    const objects = [...otherObjects(tree, patch), ...(await apiUsers(tree, [patch]))];
    const buildY = await checkBuild(builds[0], patch, objects);
    const buildN = await checkBuild(builds[1], patch, objects);
    const sparse = verdictOf(await runSparse(builds[0], sparseTargets(tree, [patch])));
    rows.push({ patch, applies: passed, buildY, buildN, checkpatch: await checkStyle(tree, patch), sparse });
  }
  return rows;
}

export function isClean(row: PatchVerdicts): boolean {
  return [row.applies, row.buildY, row.buildN, row.checkpatch, row.sparse].every((verdict) => verdict?.ok === true);
}

/** Of what the patch touches, and of these besides. */
async function checkBuild(build: CheckBuild, patch: Patch, objects: readonly string[]): Promise<Verdict> {
  await prepare(build);
  return verdictOf(await compileTargets(build, [...buildDirs(patch).map((dir) => `${dir}/`), ...objects]));
}

/** What checkpatch cannot see: whether MAINTAINERS covers a new file, and the commit that Fixes: names, in a tree without history. */
const ignoredStyle = 'FILE_PATH_CHANGES,UNKNOWN_COMMIT_ID';

async function checkStyle(tree: string, patch: Patch): Promise<Verdict> {
  const options = ['--strict', '--terse', '--no-summary', '--color=never', '--show-types', `--ignore=${ignoredStyle}`, `--root=${tree}`];
  const result = await attempt('perl', [join(tree, 'scripts', 'checkpatch.pl'), ...options, patch.path], { cwd: tree });
  const problems = result.stdout.split('\n').filter((line) => /: (?:ERROR|WARNING|CHECK):/.test(line));
  if (result.exitCode === 0 && problems.length === 0) return passed;
  return { ok: false, problems: problems.length > 0 ? problems.map((line) => line.replace(`${patch.path}:`, 'line ')) : [result.stderr.trim()] };
}

function verdictOf({ failure, fresh }: StepResult): Verdict {
  const problems = [...fresh.map(formatWarning), ...(failure === undefined || fresh.length > 0 ? [] : [failure])];
  return { ok: failure === undefined && problems.length === 0, problems };
}

/** What is compiled whole: net/xdp always, and the directory of every driver the patch touches. */
export function buildDirs(patch: Patch): readonly string[] {
  const drivers = touchedFiles(patch).map((file) => /^drivers\/net\/ethernet\/[^/]+\/[^/]+(?=\/)/.exec(file)?.[0]);
  return [...new Set(['net/xdp', ...drivers.filter((dir) => dir !== undefined)])];
}

/** The drivers that redirect, or will. */
const driverDirs = ['intel/ixgbe', 'intel/i40e', 'intel/ice', 'mellanox/mlx5/core'].map((dir) => `drivers/net/ethernet/${dir}`);

/** What those have that uses the driver API of AF_XDP, if one of the patches touches a header of it. */
async function apiUsers(tree: string, patches: readonly Patch[]): Promise<readonly string[]> {
  if (!patches.some(touchesDriverApi)) return [];
  const users = await run('grep', ['-rlE', '--include=*.c', '#include <net/(xdp_sock|xdp_sock_drv|xsk_buff_pool)\\.h>', ...driverDirs], { cwd: tree });
  return users.trim().split('\n').map(toObject);
}

function touchesDriverApi(patch: Patch): boolean {
  return touchedFiles(patch).some((file) => /^include\/net\/(?:xdp_sock|xdp_sock_drv|xsk_buff_pool)\.h$/.test(file));
}

/** Files elsewhere are compiled one by one. */
function otherObjects(tree: string, patch: Patch): readonly string[] {
  const dirs = buildDirs(patch);
  return touchedFiles(patch)
    .filter((file) => /^(?:net|drivers|kernel|lib|mm)\/.+\.c$/.test(file) && !dirs.some((dir) => file.startsWith(`${dir}/`)))
    .filter((file) => existsSync(join(tree, file)))
    .map(toObject);
}

/** Sparse looks at net/xdp, where headers of the series end up, and at the files the patches touch. */
function sparseTargets(tree: string, patches: readonly Patch[]): readonly string[] {
  const files = patches.flatMap(touchedFiles).filter((file) => /^(?:net|drivers|kernel|lib|mm)\/.+\.c$/.test(file) && !file.startsWith('net/xdp/'));
  return ['net/xdp/', ...[...new Set(files)].filter((file) => existsSync(join(tree, file))).map(toObject)];
}

function toObject(file: string): string {
  return file.replace(/\.c$/, '.o');
}

function describeFailure(failure: { readonly file: string | undefined; readonly hunk: string | undefined; readonly reason: string }): string {
  return [failure.file, failure.hunk, failure.reason].filter((part) => part !== undefined).join(': ');
}
