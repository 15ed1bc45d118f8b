import { Command, CommanderError } from 'commander';
import { addBench } from './commands/bench/bench.js';
import { addBisect } from './commands/bisect/bisect.js';
import { addBuildKernel } from './commands/build-kernel.js';
import { addDemo } from './commands/demo.js';
import { addDoctor } from './commands/doctor.js';
import { installPackagesFirst } from './commands/packages.js';
import { addLab } from './commands/lab/lab.js';
import { addPatches } from './commands/patches.js';
import { addProve } from './commands/prove/prove.js';
import { addShell } from './commands/shell.js';
import { addTest } from './commands/test/test.js';
import { addXdp } from './commands/xdp/xdp.js';
import { describeFailure, exitCodes, FlashError } from './errors.js';
import { installInterruptHandler, interruptSignal, throwIfInterrupted } from './process/interrupt.js';

const program = new Command('flash')
  .description('builds, tests and measures FLASH: AF_XDP sockets that send packets to each other in the kernel')
  .exitOverride()
  .enablePositionalOptions();

addBuildKernel(program);
addPatches(program);
addDoctor(program);
addTest(program);
addProve(program);
addDemo(program);
addShell(program);
addBench(program);
addBisect(program);
addLab(program);
addXdp(program);
installPackagesFirst(program);

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
