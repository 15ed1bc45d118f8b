import { Command } from 'commander';
import { installPackagesFirst } from './commands/packages.js';
import { runCommands } from './commands/run-commands.js';
import { addXdpCommands } from './commands/xdp.js';

/** XDP programs on the devices of this machine. Like flash.ts it is apart from cli.ts, which takes seconds to load. */
const program = new Command('xdp')
  .description('puts XDP programs of bpf/ on devices, in front of a chain (docs/xdp.md)')
  .exitOverride()
  .enablePositionalOptions();

addXdpCommands(program);
installPackagesFirst(program);
await runCommands(program);
