import { Command, CommanderError } from 'commander';
import { addBench } from './commands/bench.js';
import { addBenchCompare } from './commands/bench-compare.js';
import { addBenchInstructions } from './commands/bench-instructions.js';
import { addBuildKernel } from './commands/build-kernel.js';
import { addDemo } from './commands/demo.js';
import { addDoctor } from './commands/doctor.js';
import { addPatches } from './commands/patches.js';
import { addShell } from './commands/shell.js';
import { addTestChaos } from './commands/test-chaos.js';
import { addTestFresh } from './commands/test-fresh.js';
import { addTestParity } from './commands/test-parity.js';
import { addTestNic } from './commands/test-nic.js';
import { addTestMutants } from './commands/test-mutants.js';
import { addTest } from './commands/test.js';
import { describeFailure, exitCodes, FlashError } from './errors.js';
import { installInterruptHandler, interruptSignal, throwIfInterrupted } from './process/interrupt.js';

const program = new Command('flash').description('builds, tests and measures FLASH: AF_XDP sockets that send packets to each other in the kernel').exitOverride();

addBuildKernel(program);
addPatches(program);
addDoctor(program);
addTest(program);
addTestMutants(program);
addTestChaos(program);
addTestParity(program);
addTestNic(program);
addTestFresh(program);
addDemo(program);
addShell(program);
addBench(program);
addBenchCompare(program);
addBenchInstructions(program);

installInterruptHandler();
try {
  await program.parseAsync();
  throwIfInterrupted();
} catch (error) {
  const shown: unknown = interruptSignal.aborted ? interruptSignal.reason : error;
  if (shown instanceof CommanderError) {
    // Commander has said it already; asking for help is no mistake.
    process.exitCode = shown.exitCode === 0 ? 0 : exitCodes.usage;
  } else {
    console.error(describeFailure(shown));
    process.exitCode = shown instanceof FlashError ? shown.exitCode : 70;
  }
}
