import { attempt, lastLines } from '../process/run.js';
import { buildFromTree, layOutSeries } from './from-series.js';
import { withMutantTree } from './mutant-tree.js';

/** The rings and a hop, each in several threads, compiled with ThreadSanitizer. */
export interface ThreadPrograms {
  readonly rings: string;
  readonly exchange: string;
}

const compiled = {
  below: 'tsan',
  variables: {
    CC: 'clang',
    CFLAGS:
      '-O1 -g -fsanitize=thread -Wno-gnu -Wno-address-of-packed-member -DSHIM_CHECKED -DSHIM_LOADS=__ATOMIC_ACQUIRE -DSHIM_CPUS=8u',
  },
} as const;

export async function buildThreads(): Promise<ThreadPrograms> {
  return programsOf(await layOutSeries());
}

export function withMutantThreads<T>(mutant: string, work: (programs: ThreadPrograms) => Promise<T>): Promise<T> {
  return withMutantTree(mutant, async (tree) => await work(await programsOf(tree)));
}

async function programsOf(tree: string): Promise<ThreadPrograms> {
  const { rings } = await buildFromTree(tree, 'rings', ['rings'], compiled);
  const { exchange } = await buildFromTree(tree, 'redirect', ['exchange'], compiled);
  return { rings: rings as string, exchange: exchange as string };
}

export interface ThreadRun {
  /** A line for each thing that went well. */
  readonly lines: readonly string[];
  /** A data race, or what was lost or doubled. */
  readonly found?: string;
}

/** Runs both for some time; ThreadSanitizer ends a program at the first race. */
export async function runThreads({ rings, exchange }: ThreadPrograms, milliseconds: number): Promise<ThreadRun> {
  const env = { TSAN_OPTIONS: 'halt_on_error=1 exitcode=66' };
  const lines: string[] = [];
  for (const [program, ...args] of [
    [rings, '--check'],
    [exchange, '--ms', String(milliseconds)],
  ] as const) {
    const { exitCode, stdout, stderr } = await attempt(program, args, { env, timeoutMs: 300_000 + 10 * milliseconds });
    lines.push(...stdout.split('\n').filter(Boolean));
    if (exitCode !== 0) return { lines, found: lastLines(stderr, 40) || `${program} ended with ${exitCode}` };
  }
  return { lines };
}
