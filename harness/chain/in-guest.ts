import { parseArgs } from 'node:util';
import { describeFailure, exitCodes, FlashError } from '../errors.js';
import { reportToHost } from '../machine/guest/report.js';
import { shellCommand } from '../machine/guest/terminal.js';
import type { NicModel } from '../nics/model.js';
import { installInterruptHandler } from '../process/interrupt.js';
import { interact } from '../process/interact.js';
import { nicWires } from './nic-wires.js';
import { runChain } from './run-chain.js';
import { vethWires } from './veth-wires.js';

/**
 * What the demo's guest runs: a program of its own, since loading the whole command line takes long
 * in an emulated processor.
 */
const options = { 'separate-umem': { type: 'boolean', default: false }, keep: { type: 'boolean', default: false }, nic: { type: 'string' } } as const;
const { 'separate-umem': separateUmem, keep, nic } = parseArgs({ options }).values;

async function shellBeforeTearDown(): Promise<void> {
  const [program = 'sh', ...args] = shellCommand();
  await interact(program, args);
}

installInterruptHandler();
try {
  const { ok } = await runChain({
    separateUmem,
    wires: nic === undefined ? vethWires : nicWires(nic as NicModel),
    onEvent: reportToHost,
    ...(keep ? { beforeTearDown: shellBeforeTearDown } : {}),
  });
  process.exitCode = ok ? 0 : exitCodes.testFailure;
} catch (error) {
  console.error(describeFailure(error));
  process.exitCode = error instanceof FlashError ? error.exitCode : exitCodes.infrastructure;
}
