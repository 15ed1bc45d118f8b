import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { exitCodes, FlashError } from '../../errors.js';
import { formatSeconds, startClock } from '../../host/duration.js';
import { withProgress } from '../../host/progress.js';
import { callerDir } from '../../host/repository.js';
import { buildFuzz } from '../../native/fuzz.js';
import { fuzzMutant, fuzzMutants } from '../../prove/fuzz/mutants.js';
import { corpusDir, keptFindings, replay, runFuzz, type FuzzFinding } from '../../prove/fuzz/run-fuzz.js';

interface Options {
  readonly seconds: number;
  readonly seed: number;
  readonly replay?: string;
  readonly mutants: boolean;
}

function positive(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number from 1 to 999999999.');
}

export function addProveFuzz(prove: Command): void {
  prove
    .command('fuzz')
    .description(
      'let hostile tenants write what they like to their rings, at any moment, and check that they harm nobody',
    )
    .option('--seconds <n>', 'how long', positive, 600)
    .option(
      '--seed <n>',
      'of the random numbers of libFuzzer; what it finds also depends on the inputs it kept',
      positive,
      1,
    )
    .option('--replay <file>', 'only run this input, which an earlier run has kept')
    .option('--mutants', 'fuzz the series with faults in it instead, each of which has to be found', false)
    .action(async ({ seconds, seed, replay: input, mutants }: Options) => {
      if (mutants) return runMutants();
      const { fuzz } = await buildFuzz();
      if (input !== undefined) return showReplay(fuzz, resolve(callerDir, input));
      const elapsed = startClock();
      for (const file of keptFindings()) show(await replay(fuzz, file));
      const result = await withProgress((onProgress) =>
        runFuzz({ program: fuzz, seconds, seed, corpus: corpusDir(), onProgress }),
      );
      show(result.finding);
      const { executions, edges } = result;
      console.log(`fuzz: seed ${seed}, ${executions} inputs, ${edges} edges (${formatSeconds(elapsed())})`);
    });
}

async function showReplay(program: string, file: string): Promise<void> {
  if (!existsSync(file))
    throw new FlashError('usage', `there is no input ${file}`, { advice: 'name a file that a run of fuzz has kept' });
  const finding = await replay(program, file);
  show(finding);
  if (finding === undefined) console.log(`${file}: nothing is found with it`);
}

async function runMutants(): Promise<void> {
  for (const name of fuzzMutants) {
    const elapsed = startClock();
    const { finding, executions } = await fuzzMutant(name);
    const time = formatSeconds(elapsed());
    console.log(`${name}: ${finding?.what ?? `NOT FOUND by ${executions} inputs`} (${time})`);
    if (finding === undefined) process.exitCode = exitCodes.testFailure;
  }
}

function show(finding: FuzzFinding | undefined): void {
  if (finding === undefined) return;
  console.log(`${finding.log}\n\n${finding.what}\nthe input is kept: npm run prove -- fuzz --replay ${finding.file}`);
  process.exitCode = exitCodes.testFailure;
}
