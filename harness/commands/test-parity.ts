import type { Command } from 'commander';
import { FlashError } from '../errors.js';
import { runProgramInGuest } from '../guest/run-program.js';
import { formatTable } from '../host/table.js';
import { buildForGuest } from '../kernel/build-image.js';
import { buildXskxceiver } from '../parity/build-xskxceiver.js';
import { compare, type TestRun } from '../parity/xskxceiver-output.js';

const deadlineMs = 1_800_000;

export function addTestParity(program: Command): void {
  program
    .command('test-parity')
    .description("the kernel's own AF_XDP suite, on the vanilla kernel and on ours: the same result for every test")
    .action(async () => {
      const vanilla = await buildForGuest({ vanilla: true });
      const flash = await buildForGuest();
      const suite = await buildXskxceiver(vanilla.sourceDir);
      const rows = compare(await runSuite('vanilla', vanilla.image, suite), await runSuite('flash', flash.image, suite));
      console.log(formatTable(['mode', 'test', 'vanilla', 'flash', ''], rows.map(({ mode, test, same, ...results }) => [mode, test, results.vanilla, results.flash, same ? '' : 'DIFFERENT'])));
      const different = rows.filter(({ same }) => !same);
      console.log(`${rows.length} tests, ${rows.length - different.length} with the same result`);
      if (different.length > 0) throw new FlashError('testFailure', `${different.length} tests of the kernel's own suite changed`);
    });
}

function runSuite(kernel: string, image: string, suite: string): Promise<TestRun[]> {
  const onResult = ({ mode, test, results }: TestRun): void => console.error(`flash: ${kernel}, ${mode}: ${test} ${results.join(', ')}`);
  return runProgramInGuest<TestRun>({ image, deadlineMs, program: 'parity/run-xskxceiver.js', args: [suite], onResult });
}
