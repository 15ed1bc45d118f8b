import { InvalidArgumentError, type Command } from 'commander';
import { exitCodes } from '../../errors.js';
import { formatSeconds, startClock } from '../../host/duration.js';
import { withProgress } from '../../host/progress.js';
import { layOutSeries } from '../../native/from-series.js';
import { ensureCbmc } from '../../prove/bounded/cbmc.js';
import { boundedCases, boundedMutants, runBounded, tryBoundedMutant } from '../../prove/bounded/run-bounded.js';

function fewEntries(text: string): number {
  if (['2', '4', '8'].includes(text)) return Number(text);
  throw new InvalidArgumentError('Give 2, 4 or 8: each takes many times as long as the one before.');
}

export function addProveBounded(prove: Command): void {
  prove
    .command('bounded')
    .description('check the functions of the rings with CBMC, for every value and all that others may do meanwhile')
    .option('--entries <n>', 'of each ring', fewEntries, 4)
    .option('--mutants', 'check the series with faults in it instead, each of which has to be found', false)
    .action(async ({ entries, mutants }: { entries: number; mutants: boolean }) => {
      const cbmc = await withProgress(ensureCbmc);
      const elapsed = startClock();
      let wrong = 0;
      const say = (what: string, found: string | undefined, expected: boolean, seconds: number): void => {
        const good = (found !== undefined) === expected;
        if (!good) wrong++;
        const verdict = found ?? 'nothing is violated';
        console.log(`${good ? 'ok   ' : 'WRONG'} ${what}: ${verdict} (${formatSeconds(seconds)})`);
      };
      if (mutants) {
        for (const { mutant, ...test } of boundedMutants) {
          const took = startClock();
          say(mutant, await tryBoundedMutant(cbmc, mutant, test), true, took());
        }
      } else {
        const tree = await layOutSeries();
        for (const { title, ...test } of boundedCases(entries)) {
          const took = startClock();
          const [violated] = await runBounded(cbmc, tree, test);
          say(title, violated, false, took());
        }
      }
      console.log(`bounded: ${wrong} wrong (${formatSeconds(elapsed())})`);
      if (wrong > 0) process.exitCode = exitCodes.testFailure;
    });
}
