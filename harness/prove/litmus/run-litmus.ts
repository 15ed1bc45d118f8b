import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../../errors.js';
import { cacheDir } from '../../host/cache.js';
import type { OnProgress } from '../../host/progress.js';
import { repositoryRoot } from '../../host/repository.js';
import { withTemporaryDir } from '../../host/temporary.js';
import { layOutApplied } from '../../kernel/series/applied-files.js';
import { chosenBase } from '../../kernel/source/base.js';
import { run } from '../../process/run.js';
import { ensureHerd } from './herd.js';
import { findBarriers, untested } from './letters.js';
import { readLitmusTests, type Barrier } from './litmus-test.js';

export interface LitmusResult {
  readonly title: string;
  /** States that the memory model allows, and those of them that the test forbids. */
  readonly states: number;
  readonly forbidden: number;
  /** With the barrier none may be forbidden, without it some have to be. */
  readonly passed: boolean;
}

export interface LitmusReport {
  readonly results: readonly LitmusResult[];
  readonly barriers: readonly Barrier[];
  readonly untested: readonly Barrier[];
}

/** Runs every litmus test by the kernel's own memory model, each also without each of its barriers. */
export async function runLitmus(onProgress: OnProgress): Promise<LitmusReport> {
  const herd = await ensureHerd(onProgress);
  const paths = ['tools/memory-model', 'net/xdp'];
  const tree = await layOutApplied(chosenBase(), paths, join(repositoryRoot, 'out', 'native', 'memory-models'));
  const tests = readLitmusTests();
  const cases = tests.flatMap(({ name, text, variants }) => [
    { title: name, text, allowed: false },
    ...variants.map(({ without, process, text: changed }) => ({
      title: `${name}, without ${without.letter} in ${process}`,
      text: changed,
      allowed: true,
    })),
  ]);
  onProgress({ kind: 'phase', phase: 'litmus tests', unit: 'tests' });
  const results: LitmusResult[] = [];
  for (const { title, text, allowed } of cases) {
    const { states, forbidden } = await runOne(herd, join(tree, 'tools', 'memory-model'), text);
    results.push({ title, states, forbidden, passed: forbidden > 0 === allowed });
    onProgress({ kind: 'step', done: results.length, total: cases.length });
  }
  const barriers = findBarriers(join(tree, 'net', 'xdp'));
  return { results, barriers, untested: untested(barriers, tests) };
}

async function runOne(herd: string, model: string, text: string): Promise<Pick<LitmusResult, 'states' | 'forbidden'>> {
  return withTemporaryDir(cacheDir('prove'), async (dir) => {
    const file = join(dir, 'test.litmus');
    writeFileSync(file, text);
    return readObservation(await run(herd, ['-conf', 'linux-kernel.cfg', file], { cwd: model, timeoutMs: 120_000 }));
  });
}

/** `Observation NAME Never|Sometimes|Always POSITIVE NEGATIVE` */
export function readObservation(output: string): Pick<LitmusResult, 'states' | 'forbidden'> {
  const [, positive, negative] = /^Observation \S+ (?:Never|Sometimes|Always) (\d+) (\d+)$/m.exec(output) ?? [];
  if (positive === undefined)
    throw new FlashError('infrastructure', 'herd7 did not say what it has observed', { logTail: output });
  return { states: Number(positive) + Number(negative), forbidden: Number(positive) };
}
