import { Command } from 'commander';
import { addVerbs } from './commands/flash/verbs.js';
import { runCommands } from './commands/run-commands.js';

/** The tool for machines that run chains. It is apart from cli.ts, which takes seconds to load on a slow machine, and bundled (`ci/bundle`). */
const program = new Command('flash')
  .description('shows what the AF_XDP sockets of this machine do, and sets their routes')
  .exitOverride()
  .enablePositionalOptions();

addVerbs(program);
await runCommands(program);
