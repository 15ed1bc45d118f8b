import { createWriteStream, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { FlashError } from '../../errors.js';
import type { OnProgress } from '../../host/progress.js';
import { throwIfInterrupted } from '../../process/interrupt.js';
import { start } from '../../process/run.js';
import { relevantLines } from './log.js';
import { makeArguments, type Kbuild } from './kbuild.js';
import { buildEnvironment, parallelJobs } from './toolchain.js';

export interface CompileOptions {
  readonly kbuild: Kbuild;
  readonly targets: readonly string[];
  /** Of make and of the environment, for this alone. */
  readonly variables?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly logPath: string;
  readonly expectedSteps: number | undefined;
  readonly onProgress: OnProgress;
}

/** Builds the targets; the whole output is in the log, and its errors are in the FlashError. */
export async function compile(options: CompileOptions): Promise<void> {
  const { kbuild, targets, variables = [], env, logPath } = options;
  const log = createWriteStream(logPath);
  const args = ['make', parallelJobs, ...makeArguments(kbuild), ...variables, ...targets];
  const make = start('nice', args, { env: { ...buildEnvironment(), ...env } });
  make.stdout.pipe(log, { end: false });
  make.stderr.pipe(log, { end: false });
  countSteps(make.stdout, options);
  const { exitCode } = await make;
  log.end();
  await once(log, 'finish');
  throwIfInterrupted();
  if (exitCode === 0) return;
  throw new FlashError('buildFailed', `the kernel in ${kbuild.tree} did not build (make exited with ${exitCode})`, {
    logPath,
    logTail: relevantLines(readFileSync(logPath, 'utf8')),
  });
}

/** Kbuild prints one line a step: two blanks, what it does in capitals, the file. */
function countSteps(output: NodeJS.ReadableStream, { expectedSteps: total, onProgress }: CompileOptions): void {
  let done = 0;
  createInterface({ input: output }).on('line', (line) => {
    if (!/^ {2}[A-Z][A-Z0-9_]* +\S/.test(line)) return;
    done += 1;
    onProgress({ kind: 'step', done, total });
  });
}
