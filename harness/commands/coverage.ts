import { Option, type Command } from 'commander';
import { coverageHead, coverageRows } from '../coverage/judge.js';
import { measureCoverage } from '../coverage/measure-coverage.js';
import { FlashError } from '../errors.js';
import { formatTable } from '../host/table.js';
import { guestCommand } from './guest-command.js';
import { needsPackages } from './packages.js';

export function addCoverage(program: Command): void {
  needsPackages(guestCommand(program, 'coverage'), 'test')
    .description('say which lines of AF_XDP in the series run in tests, and name those that do not')
    .addOption(new Option('--match <title>', 'only tests with such titles; * stands for any text'))
    .action(async ({ match }: { readonly match?: string }) => {
      const { files, results, textOf } = await measureCoverage({ match });
      for (const { file, missed } of files)
        for (const { number, fn } of missed) console.log(`${file}:${number}: ${fn}(): ${textOf(file, number).trim()}`);
      console.log(formatTable(coverageHead, coverageRows(files)));
      const failed = results.flatMap(({ tests }) => tests.filter(({ outcome }) => outcome === 'failed'));
      if (failed.length === 0) return;
      throw new FlashError('testFailure', `${failed.length} tests failed`, {
        logTail: failed.map(({ title }) => title).join('\n'),
      });
    });
}
