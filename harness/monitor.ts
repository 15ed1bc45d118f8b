import { Command } from 'commander';
import { addMonitorCommands } from './commands/monitor.js';
import { runCommands } from './commands/run-commands.js';

/** The monitor of chains. Like flash.ts it is apart from cli.ts, which takes seconds to load on a slow machine. */
const program = new Command('monitor')
  .description('runs chains of network functions that have no privilege (nf/README.md)')
  .exitOverride()
  .enablePositionalOptions();

addMonitorCommands(program);
await runCommands(program);
