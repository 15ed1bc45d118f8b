import { Command } from 'commander';
import { addBench } from './commands/bench/bench.js';
import { addBisect } from './commands/bisect/bisect.js';
import { addBuildKernel } from './commands/build-kernel.js';
import { addDemo } from './commands/demo.js';
import { addDoctor } from './commands/doctor.js';
import { installPackagesFirst } from './commands/packages.js';
import { addLab } from './commands/lab/lab.js';
import { addPatches } from './commands/patches.js';
import { addProve } from './commands/prove/prove.js';
import { addCoverage } from './commands/coverage.js';
import { addSoak } from './commands/soak.js';
import { addShell } from './commands/shell.js';
import { addTest } from './commands/test/test.js';
import { runCommands } from './commands/run-commands.js';

const program = new Command('flash')
  .description('builds, tests and measures FLASH: AF_XDP sockets that send packets to each other in the kernel')
  .exitOverride()
  .enablePositionalOptions();

addBuildKernel(program);
addPatches(program);
addDoctor(program);
addTest(program);
addProve(program);
addCoverage(program);
addSoak(program);
addDemo(program);
addShell(program);
addBench(program);
addBisect(program);
addLab(program);
installPackagesFirst(program);

await runCommands(program);
