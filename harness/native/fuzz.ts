import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../errors.js';
import { kernelDir, repositoryRoot } from '../host/repository.js';
import { withTemporaryDir } from '../host/temporary.js';
import { attempt, run } from '../process/run.js';
import { buildFromTree, layOutSeries } from './from-series.js';

/** The fuzzer itself, and what it has found before as schedules of a few steps. */
export interface FuzzPrograms {
  readonly fuzz: string;
  readonly scenarios: string;
}

/** Compiles both from the series as it is, with clang and its sanitizers. */
export async function buildFuzz(): Promise<FuzzPrograms> {
  await requireLibFuzzer();
  return programsOf(await layOutSeries());
}

/** The same from the series with a mutant of kernel/mutants on top, for as long as the work takes. */
export async function withMutantFuzz<T>(mutant: string, work: (programs: FuzzPrograms) => Promise<T>): Promise<T> {
  await requireLibFuzzer();
  const tree = await layOutSeries();
  const parent = join(repositoryRoot, 'out', 'native');
  mkdirSync(parent, { recursive: true });
  return withTemporaryDir(parent, async (dir) => {
    // With what has been compiled already, and the times by which make knows that.
    await run('cp', ['-a', `${tree}/.`, dir]);
    const patch = join(kernelDir, 'mutants', `${mutant}.patch`);
    await run('patch', ['--silent', '--force', '--no-backup-if-mismatch', '-p1', '-d', dir, '-i', patch], {
      failAs: 'seriesDoesNotApply',
      advice: 'the series has changed there: make the mutant anew',
    });
    return await work(await programsOf(dir));
  });
}

async function programsOf(tree: string): Promise<FuzzPrograms> {
  const built = await buildFromTree(tree, 'fuzz', ['fuzz', 'fuzz-scenarios']);
  return { fuzz: built.fuzz as string, scenarios: built['fuzz-scenarios'] as string };
}

async function requireLibFuzzer(): Promise<void> {
  const { exitCode, stdout, stderr } = await attempt('clang', ['-print-resource-dir']);
  const library = join(stdout.trim(), 'lib', 'linux', 'libclang_rt.fuzzer-x86_64.a');
  const found = exitCode === 0 && (await attempt('test', ['-e', library])).exitCode === 0;
  if (found) return;
  throw new FlashError('missingTool', `the fuzzer cannot be compiled: ${stderr.trim() || `there is no ${library}`}`, {
    advice: 'install clang and libclang-rt-dev',
  });
}
