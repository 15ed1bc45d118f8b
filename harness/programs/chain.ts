import { nicWires } from '../demo/nic-wires.js';
import { runChain } from '../demo/run-chain.js';
import { vethWires } from '../demo/veth-wires.js';
import { shellCommand } from '../machine/guest/terminal.js';
import { serve } from '../machine/serve.js';
import { interact } from '../process/interact.js';
import { chainProgram } from '../demo/chain-program.js';

async function shellBeforeTearDown(): Promise<void> {
  const [program = 'sh', ...args] = shellCommand();
  await interact(program, args);
}

await serve(chainProgram, ({ separateUmem, nic, keep }, tell) =>
  runChain({
    separateUmem,
    wires: nic === undefined ? vethWires : nicWires(nic),
    onEvent: tell,
    ...(keep ? { beforeTearDown: shellBeforeTearDown } : {}),
  }),
);
