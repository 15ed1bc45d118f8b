import { chainFileProgram } from '../demo/monitored/chain-file-program.js';
import { runChainFile } from '../demo/monitored/run-chain-file.js';
import { shellCommand } from '../machine/guest/terminal.js';
import { serve } from '../machine/serve.js';
import { interact } from '../process/interact.js';

async function shellBeforeTearDown(): Promise<void> {
  const [program = 'sh', ...args] = shellCommand();
  await interact(program, args);
}

await serve(chainFileProgram, ({ file, text, keep }, tell) =>
  runChainFile({ file, text, onEvent: tell, ...(keep ? { beforeTearDown: shellBeforeTearDown } : {}) }),
);
