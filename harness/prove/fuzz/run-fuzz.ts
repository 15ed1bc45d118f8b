import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cacheDir } from '../../host/cache.js';
import type { OnProgress } from '../../host/progress.js';
import { withTemporaryDir } from '../../host/temporary.js';
import { attempt, lastLines } from '../../process/run.js';

export interface FuzzOptions {
  readonly program: string;
  readonly seconds: number;
  readonly seed: number;
  /** Inputs to begin with, to which those are added that reach something new. Without it there are none, and what follows depends on the seed alone. */
  readonly corpus?: string;
  readonly onProgress?: OnProgress;
}

export interface FuzzFinding {
  /** What was wrong, in one line. */
  readonly what: string;
  /** The input, kept. */
  readonly file: string;
  readonly log: string;
}

export interface FuzzResult {
  readonly executions: number;
  /** Edges of the shipped files that some input went along. */
  readonly edges: number;
  readonly seconds: number;
  readonly finding?: FuzzFinding;
}

/** An input that takes longer hangs. */
const hangSeconds = 60;
const longestInput = 4096;

export function corpusDir(): string {
  return cacheDir('prove', 'corpus');
}

export function findingsDir(): string {
  return cacheDir('prove', 'findings');
}

/** Lets libFuzzer look for inputs that break something, until it has found one or the time is over. */
export async function runFuzz(options: FuzzOptions): Promise<FuzzResult> {
  return withTemporaryDir(cacheDir('prove'), async (dir) => {
    const corpus = options.corpus ?? join(dir, 'corpus');
    mkdirSync(corpus, { recursive: true });
    const stop = options.onProgress && showSeconds(options.onProgress, options.seconds);
    const { stderr } = await attempt(options.program, [
      `-max_total_time=${options.seconds}`,
      `-seed=${options.seed}`,
      `-max_len=${longestInput}`,
      '-len_control=0',
      `-timeout=${hangSeconds}`,
      '-print_final_stats=1',
      `-artifact_prefix=${dir}/`,
      corpus,
    ]).finally(stop);
    return readFuzzLog(stderr, (artifact) => keep(join(dir, basename(artifact))));
  });
}

function showSeconds(onProgress: OnProgress, total: number): () => void {
  const started = Date.now();
  onProgress({ kind: 'phase', phase: 'fuzzing', unit: 's' });
  const timer = setInterval(
    () => onProgress({ kind: 'step', done: Math.floor((Date.now() - started) / 1000), total }),
    1000,
  );
  return () => clearInterval(timer);
}

/** Among the findings, where nothing removes it. */
function keep(input: string): string {
  const kept = join(findingsDir(), basename(input));
  renameSync(input, kept);
  return kept;
}

/** What libFuzzer has said. It ends with a finding, with its time, or before it began. */
export function readFuzzLog(log: string, keepInput: (artifact: string) => string): FuzzResult {
  const executions = Number(/^stat::number_of_executed_units:\s*(\d+)/m.exec(log)?.[1] ?? lastOf(/^#(\d+)\s/gm, log));
  const edges = lastOf(/\bcov: (\d+)/g, log);
  const seconds = lastOf(/^Done \d+ runs in (\d+) second/gm, log);
  const artifact = /Test unit written to (\S+)/.exec(log)?.[1];
  if (artifact === undefined && /^Done \d+ runs/m.test(log)) return { executions, edges, seconds };
  const file = artifact === undefined ? '(it did not say with which input)' : keepInput(artifact);
  return { executions, edges, seconds, finding: { what: describeFinding(log), file, log: lastLines(log, 60) } };
}

const firstLines = [/^FOUND .*$/m, /^.*: runtime error: .*$/m, /^SUMMARY: .*$/m, /^==\d+== ?ERROR: .*$/m] as const;

function describeFinding(log: string): string {
  return firstLines.map((line) => line.exec(log)?.[0]).find((line) => line !== undefined) ?? lastLines(log, 1);
}

function lastOf(pattern: RegExp, text: string): number {
  return Number([...text.matchAll(pattern)].at(-1)?.[1] ?? 0);
}

/** Runs one input again; what it finds, or nothing. */
export async function replay(program: string, file: string): Promise<FuzzFinding | undefined> {
  const { exitCode, stderr } = await attempt(program, [file], { timeoutMs: 2 * hangSeconds * 1000 });
  return exitCode === 0 ? undefined : { what: describeFinding(stderr), file, log: lastLines(stderr, 60) };
}

/** What was found before on this machine. */
export function keptFindings(): string[] {
  return readdirSync(findingsDir()).map((name) => join(findingsDir(), name));
}

/** Bytes as libFuzzer's users pass them on. */
export function asBase64(file: string): string {
  return readFileSync(file).toString('base64');
}
