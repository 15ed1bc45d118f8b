import { InvalidArgumentError, type Command } from 'commander';
import { exitCodes } from '../../errors.js';
import { formatSeconds, startClock } from '../../host/duration.js';
import { buildThreads, runThreads } from '../../native/threads.js';

function positive(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number from 1 to 999999.');
}

export function addProveThreads(prove: Command): void {
  prove
    .command('threads')
    .description('let threads use the rings and the exchange at once, and look for data races with ThreadSanitizer')
    .option('--seconds <n>', 'how long each way of the exchange', positive, 60)
    .action(async ({ seconds }: { seconds: number }) => {
      const elapsed = startClock();
      const { lines, found } = await runThreads(await buildThreads(), 1000 * seconds);
      for (const line of lines) console.log(line);
      if (found !== undefined) {
        console.log(found);
        process.exitCode = exitCodes.testFailure;
      }
      console.log(`threads: ${found === undefined ? 'no race' : 'a race or a loss'} (${formatSeconds(elapsed())})`);
    });
}
