import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { bisect, type BisectEvent, type Found, type Trial } from '../../bisect/bisect.js';
import { commitHistory } from '../../bisect/commit-history.js';
import type { Candidate, History } from '../../bisect/history.js';
import { judge, type Testbed } from '../../bisect/judge.js';
import { withCommitBuilds, withSeriesBuilds, type BuildOf } from '../../bisect/kernels.js';
import { bisectionJson, conclusion, describe, trialLine, trialTable } from '../../bisect/report.js';
import { seriesHistory } from '../../bisect/series-history.js';
import { FlashError } from '../../errors.js';
import { callerDir } from '../../host/repository.js';
import type { BuiltKernel } from '../../kernel/build/build.js';
import { buildForGuest } from '../../kernel/build/image.js';
import { seriesOf } from '../../kernel/series/series.js';
import { loadBase } from '../../kernel/source/base.js';
import { fileToWrite } from '../file-options.js';
import { guestCommand } from '../guest-command.js';
import { parseTestWords, type ChosenTests } from './test-words.js';

interface Options {
  readonly base: string;
  readonly source?: string;
  readonly runs: number;
  readonly json?: string;
}

const whatTheyAre = 'base, tip, a patch such as core/0012, its place in kernel/series, or a commit of --source';

export function addBisect(program: Command): void {
  guestCommand(program, 'bisect')
    .usage('[options] GOOD BAD -- TEST...')
    .description('find the patch of the series, or the commit of a git tree, that broke a test')
    .argument('<good>', `what the tests pass on: ${whatTheyAre}`)
    .argument('<bad>', 'what they fail on, in the same words')
    .argument('<test...>', "after --, what `npm test --` takes: guest --match 'a full RX ring*'")
    .option('--runs <n>', 'how often each candidate is tested; one failure is bad', someRuns, 1)
    .option('--source <path>', 'a git tree whose commits are tried, each with the whole series; or another source')
    .option('--json <file>', 'also write what was tried as JSON', fileToWrite)
    .action(run);
}

async function run(good: string, bad: string, words: readonly string[], options: Options): Promise<void> {
  const tests = parseTestWords(words);
  const { history, withBuilds } = await openHistory(good, bad, options);
  const trials: Trial[] = [];
  let found: Found | undefined;
  try {
    found = await withBuilds({ ...options, config: tests.config }, (buildOf) => {
      const testbed = guestTestbed(buildOf, tests);
      return bisect({
        history,
        judge: (candidate) => judge(candidate, testbed, { name: tests.suite, runs: options.runs }),
        onEvent(event) {
          if (event.kind === 'end') trials.push(event.trial);
          show(history, event);
        },
      });
    });
  } finally {
    if (trials.length > 0) console.log(trialTable(history, trials));
    const asked = { history, test: tests.words, runs: options.runs };
    if (options.json !== undefined) writeFileSync(options.json, bisectionJson(asked, trials, found));
  }
  if (found.length > 1) throw new FlashError('testFailure', conclusion(history, found));
  console.log(conclusion(history, found));
}

/** A guest boots each candidate. */
function guestTestbed(buildOf: BuildOf, tests: ChosenTests): Testbed<BuiltKernel> {
  return {
    build: async (candidate) => buildForGuest(await buildOf(candidate)),
    test: ({ image }) => tests.run(image),
  };
}

interface Opened {
  readonly history: History;
  readonly withBuilds: (
    options: Options & Pick<ChosenTests, 'config'>,
    work: (buildOf: BuildOf) => Promise<Found>,
  ) => Promise<Found>;
}

/** The commits of a git tree if one is given, and else the patches of the series. */
async function openHistory(good: string, bad: string, { base, source }: Options): Promise<Opened> {
  const tree = source === undefined ? undefined : resolve(callerDir, source);
  if (tree !== undefined && existsSync(join(tree, '.git'))) {
    return {
      history: await commitHistory(tree, good, bad),
      withBuilds: (options, work) => withCommitBuilds(tree, options, work),
    };
  }
  const patches = seriesOf(loadBase(base));
  return {
    history: seriesHistory(patches, good, bad),
    withBuilds: (options, work) => withSeriesBuilds(patches, options, work),
  };
}

function show({ unit, good, bad }: History, event: BisectEvent): void {
  switch (event.kind) {
    case 'begin':
      console.log(`trying   ${roleOf(event.candidate)}${describe(event.candidate)}`);
      break;
    case 'end':
      console.log(trialLine(event.trial));
      break;
    case 'left':
      console.log(`         ${event.suspects} may be the first bad ${unit}, about ${event.steps} to try`);
  }

  function roleOf({ id }: Candidate): string {
    if (id === good.id) return 'GOOD, ';
    return id === bad.id ? 'BAD, ' : '';
  }
}

function someRuns(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number from 1 to 9999.');
}
