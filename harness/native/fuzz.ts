import { join } from 'node:path';
import { FlashError } from '../errors.js';
import { attempt } from '../process/run.js';
import { buildFromTree, layOutSeries } from './from-series.js';
import { withMutantTree } from './mutant-tree.js';

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
export function withMutantFuzz<T>(mutant: string, work: (programs: FuzzPrograms) => Promise<T>): Promise<T> {
  return withMutantTree(mutant, async (tree) => {
    await requireLibFuzzer();
    return await work(await programsOf(tree));
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
