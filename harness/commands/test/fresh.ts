import { InvalidArgumentError, Option, type Command } from 'commander';
import { FlashError } from '../../errors.js';
import { suites, type Suite } from '../../fresh/archive.js';
import { ranTooLong } from '../../fresh/folder.js';
import { runFresh, type FreshResult } from '../../fresh/run-fresh.js';
import { formatSeconds, startClock } from '../../host/duration.js';
import { showProgress } from '../../host/progress.js';
import { formatTable } from '../../host/table.js';
import { needsPackages } from '../packages.js';

interface Options {
  readonly suite: Suite;
  readonly command?: readonly string[];
  readonly keep: boolean;
  readonly deadline: number;
}

/** The two of the README, and what is quick enough to try this with. */
const scripts = ['demo', 'test', 'doctor', 'test:unit'];

export function addTestFresh(test: Command): void {
  needsPackages(test.command('fresh'), 'fresh')
    .description("run the README's commands on a fresh system, which is installed in a folder")
    .addOption(
      new Option('--suite <suite>', 'the system: Debian 12, Debian 13 or Ubuntu 24.04')
        .choices(Object.keys(suites))
        .makeOptionMandatory(),
    )
    .addOption(new Option('--command <script...>', 'run only these npm scripts').choices(scripts))
    .option('--keep', 'keep the folder afterwards', false)
    .option('--deadline <minutes>', 'how long each command may take', parseMinutes, 120)
    .action(async ({ suite, command: commands = ['demo', 'test'], keep, deadline }: Options) => {
      if (process.getuid?.() !== 0) throw notRoot();
      const elapsed = startClock();
      const view = showProgress();
      const options = { suite, commands, keep, deadlineMs: deadline * 60_000, onProgress: view.onProgress };
      const result = await runFresh(options).finally(() => view.stop());
      console.log(tableOf(result, suite));
      console.log(`${result.commit} (${formatSeconds(elapsed())}); log: ${result.logPath}`);
      if (result.folder !== undefined) console.log(`left in ${result.folder}`);
      const failed = result.results.filter(({ exitCode }) => exitCode !== 0).map(({ command }) => `npm run ${command}`);
      if (failed.length === 0) return;
      throw new FlashError('testFailure', `${failed.join(' and ')} failed on a fresh ${suite}`, {
        logPath: result.logPath,
      });
    });
}

function tableOf({ results, node, setUpSeconds }: FreshResult, suite: Suite): string {
  const rows = results.map(({ command, exitCode, seconds, said }) => [
    `npm run ${command}`,
    exitCode === ranTooLong ? 'deadline' : String(exitCode),
    formatSeconds(seconds),
    said,
  ]);
  const setUp = ['the system, git and Node', '', formatSeconds(setUpSeconds), ''];
  return formatTable(
    [`${suite}, Node ${node}`, 'exit code', 'took', 'said last'],
    [setUp, ...rows],
    [null, null, null, 60],
  );
}

function notRoot(): FlashError {
  const advice = 'run this command as root';
  return new FlashError('usage', 'only root can make a folder with a system of its own', { advice });
}

function parseMinutes(text: string): number {
  const minutes = Number(text);
  if (minutes > 0) return minutes;
  throw new InvalidArgumentError('Give a number of minutes above 0.');
}
