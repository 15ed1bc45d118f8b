import type { Command } from 'commander';
import { exitCodes } from '../../errors.js';
import { formatSeconds, startClock } from '../../host/duration.js';
import { withProgress } from '../../host/progress.js';
import { formatTable } from '../../host/table.js';
import { runLitmus } from '../../prove/litmus/run-litmus.js';

export function addProveLitmus(prove: Command): void {
  prove
    .command('litmus')
    .description("try each lettered barrier by the kernel's own memory model, with herd7: with it, and without it")
    .action(async () => {
      const elapsed = startClock();
      const { results, barriers, untested } = await withProgress(runLitmus);
      const rows = results.map(({ title, states, forbidden, passed }) => [
        title,
        String(states),
        String(forbidden),
        passed ? '' : 'WRONG',
      ]);
      console.log(formatTable(['test', 'executions', 'forbidden', ''], rows));
      for (const { scope, letter } of untested) console.log(`no test is about barrier (${letter}) of ${scope}`);
      const wrong = results.filter(({ passed }) => !passed).length;
      const executions = results.reduce((sum, { states }) => sum + states, 0);
      console.log(
        `litmus: ${barriers.length} lettered barriers, ${untested.length} without a test, ${results.length} tests and variants, ${wrong} wrong, ${executions} executions (${formatSeconds(elapsed())})`,
      );
      if (wrong > 0 || untested.length > 0) process.exitCode = exitCodes.testFailure;
    });
}
