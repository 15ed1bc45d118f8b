import { describeFailure, exitCodes, FlashError } from '../errors.js';
import { reportToHost } from '../guest/report.js';
import { shellCommand } from '../guest/terminal.js';
import { installInterruptHandler } from '../process/interrupt.js';
import { interact } from '../process/interact.js';
import { runChain } from './run-chain.js';

/**
 * What the demo's guest runs: a program of its own, since loading the whole command line takes long
 * in an emulated processor. Flags: --separate-umem, --keep.
 */
const flags = new Set(process.argv.slice(2));

async function shellBeforeTearDown(): Promise<void> {
  const [program = 'sh', ...args] = shellCommand();
  await interact(program, args);
}

installInterruptHandler();
try {
  const { ok } = await runChain({
    separateUmem: flags.has('--separate-umem'),
    onEvent: reportToHost,
    ...(flags.has('--keep') ? { beforeTearDown: shellBeforeTearDown } : {}),
  });
  process.exitCode = ok ? 0 : exitCodes.testFailure;
} catch (error) {
  console.error(describeFailure(error));
  process.exitCode = error instanceof FlashError ? error.exitCode : exitCodes.infrastructure;
}
