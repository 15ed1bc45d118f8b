import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from '../../process/run.js';
import { touchedFiles } from '../series/apply.js';
import { verdict, type Verdict } from './verdict.js';
import { tooLong } from '../series/patch-size.js';
import type { Patch } from '../series/series.js';
import { formatWarning, parseWarnings, takeNew } from '../build/warnings.js';

/** What checkpatch cannot see in our tree: that MAINTAINERS covers a new file, and the commit that Fixes: names. */
const ignoredStyle = 'FILE_PATH_CHANGES,UNKNOWN_COMMIT_ID';

export function checkLength(patch: Patch): Verdict {
  const problem = tooLong(patch);
  return verdict(problem === undefined ? [] : [problem]);
}

export async function checkStyle(tree: string, patch: Patch): Promise<Verdict> {
  const output = ['--strict', '--terse', '--no-summary', '--color=never', '--show-types'];
  const options = [...output, `--ignore=${ignoredStyle}`, `--root=${tree}`];
  const result = await attempt('perl', [join(tree, 'scripts', 'checkpatch.pl'), ...options, patch.path], { cwd: tree });
  const problems = result.stdout.split('\n').filter((line) => /: (?:ERROR|WARNING|CHECK):/.test(line));
  if (result.exitCode !== 0 && problems.length === 0) return verdict([result.stderr.trim()]);
  return verdict(problems.map((line) => line.replace(`${patch.path}:`, 'line ')));
}

/** The kernel-doc of the files that the patches touch; `known` has the warnings seen so far, and grows. */
export async function checkKernelDoc(tree: string, patches: readonly Patch[], known: Set<string>): Promise<Verdict> {
  const touched = new Set(patches.flatMap(touchedFiles));
  const files = [...touched].filter((file) => /\.[ch]$/.test(file) && existsSync(join(tree, file)));
  if (files.length === 0) return verdict([]);
  const script = join(tree, 'scripts', 'kernel-doc');
  const result = await attempt(script, ['-none', '-Wall', '-Werror', ...files], { cwd: tree });
  const warnings = parseWarnings(result.stderr, tree);
  if (result.exitCode !== 0 && warnings.length === 0) return verdict([result.stderr.trim()]);
  return verdict(takeNew(known, warnings).map(formatWarning));
}
