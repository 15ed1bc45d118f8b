import { nicWires } from '../chain/nic-wires.js';
import { runChain } from '../chain/run-chain.js';
import { vethWires } from '../chain/veth-wires.js';
import { shellCommand } from '../machine/guest/terminal.js';
import { serve } from '../machine/serve.js';
import { interact } from '../process/interact.js';
import { chainProgram } from '../chain/chain-program.js';

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
