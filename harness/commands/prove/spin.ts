import { InvalidArgumentError, type Command } from 'commander';
import { exitCodes } from '../../errors.js';
import { formatSeconds, startClock } from '../../host/duration.js';
import { withProgress } from '../../host/progress.js';
import { runSpin, spinMutants } from '../../prove/spin/run-spin.js';

function fewPackets(text: string): number {
  if (/^[1-3]$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give 1, 2 or 3: each takes many times as long as the one before.');
}

export function addProveSpin(prove: Command): void {
  prove
    .command('spin')
    .description(
      'explore every order of steps of a model of exchange, stash, waiting and a route that changes, with Spin',
    )
    .option('--packets <n>', 'that each of the two sources sends', fewPackets, 1)
    .action(async ({ packets }: { packets: number }) => {
      const elapsed = startClock();
      const { states, violated } = await withProgress((onProgress) => runSpin(0, packets, onProgress));
      console.log(
        `the model: ${states} states, ${violated === undefined ? 'nothing violated' : `violated: ${violated}`}`,
      );
      if (violated !== undefined) process.exitCode = exitCodes.testFailure;
      for (const { number, what } of spinMutants) {
        const found = (await withProgress((onProgress) => runSpin(number, packets, onProgress))).violated;
        console.log(`mutant ${number} (${what}): ${found === undefined ? 'NOT FOUND' : 'found'}`);
        if (found === undefined) process.exitCode = exitCodes.testFailure;
      }
      console.log(`spin: ${packets} packets of each source (${formatSeconds(elapsed())})`);
    });
}
