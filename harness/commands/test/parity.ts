import type { Command } from 'commander';
import { FlashError } from '../../errors.js';
import { formatTable } from '../../host/table.js';
import { buildComparison, compareKernels } from '../../parity/compare-kernels.js';
import { judge } from '../../parity/xskxceiver-output.js';
import { failuresOf } from '../../suites/suite.js';
import { guestCommand } from '../guest-command.js';
import { needsPackages } from '../packages.js';

export function addTestParity(test: Command): void {
  needsPackages(guestCommand(test, 'parity'), 'parity')
    .description("run the kernel's own AF_XDP suite on the vanilla kernel and on ours, and compare the results")
    .action(async () => {
      const rows = await compareKernels(await buildComparison());
      console.log(
        formatTable(
          ['mode', 'test', 'vanilla', 'flash', ''],
          rows.map(({ mode, test, same, ...results }) => [
            mode,
            test,
            results.vanilla,
            results.flash,
            same ? '' : 'DIFFERENT',
          ]),
        ),
      );
      const failed = failuresOf(judge(rows)).length;
      console.log(`${rows.length} tests, ${rows.length - failed} with the same result`);
      if (failed > 0) throw new FlashError('testFailure', `${failed} tests of the kernel's own suite changed`);
    });
}
