import { join } from 'node:path';
import { FlashError } from '../../errors.js';
import { cacheDir } from '../../host/cache.js';
import type { OnProgress } from '../../host/progress.js';
import { repositoryRoot } from '../../host/repository.js';
import { withTemporaryDir } from '../../host/temporary.js';
import { attempt, lastLines, run } from '../../process/run.js';

/** What the model has wrong where it is compiled with this number; 0 is the model itself. */
export const spinMutants: readonly { readonly number: number; readonly what: string }[] = [
  { number: 1, what: 'what was looked at leaves TX, not what was moved' },
  { number: 2, what: 'leftover frames are forgotten' },
  { number: 3, what: 'a kick that finds the claim taken is not seen' },
  { number: 4, what: 'a source that stalls waits nowhere' },
  { number: 5, what: 'room that came before it waited is not seen' },
  { number: 6, what: 'a route is retired without a grace period' },
  { number: 7, what: 'what waited for the old target is not carried on' },
];

export interface SpinResult {
  readonly states: number;
  /** The assertion that is violated in some order of steps, if one is. */
  readonly violated?: string;
}

const model = join(repositoryRoot, 'harness', 'prove', 'spin', 'redirect.pml');

/** Looks at every order of steps of the model, with so many packets of each source. */
export async function runSpin(mutant: number, packets: number, onProgress: OnProgress): Promise<SpinResult> {
  onProgress({
    kind: 'phase',
    phase: mutant === 0 ? 'exploring the model' : `exploring mutant ${mutant} of the model`,
  });
  return withTemporaryDir(cacheDir('prove'), async (dir) => {
    const missing = { failAs: 'missingTool', advice: 'install spin and gcc', cwd: dir } as const;
    await run('spin', [`-DMUTANT=${mutant}`, `-DPACKETS=${packets}`, '-a', model], missing);
    await run('gcc', ['-O2', '-DSAFETY', '-DCOLLAPSE', '-DMEMLIM=6000', '-o', 'pan', 'pan.c'], missing);
    const { stdout, stderr } = await attempt(join(dir, 'pan'), ['-m200000', '-E'], { cwd: dir });
    return readSpin(stdout, stderr);
  });
}

/** What the verifier has said; one that ran out of memory or depth has not seen everything. */
export function readSpin(stdout: string, stderr = ''): SpinResult {
  const states = /^\s*(\d+(?:\.\d+)?(?:e\+\d+)?) states, stored/m.exec(stdout)?.[1];
  const violated = /assertion violated (.*?) \(at depth/.exec(stdout)?.[1];
  if (states === undefined || /max search depth too small|out of memory|memory limit/i.test(stdout)) {
    throw new FlashError('infrastructure', 'the model was not explored to its end', {
      logTail: lastLines(stdout + stderr, 12),
      advice: 'take fewer packets',
    });
  }
  return { states: Number(states), ...(violated !== undefined && { violated }) };
}
