import test from 'ava';
import { join } from 'node:path';
import { Command } from 'commander';
import { addBench } from '../../../commands/bench/bench.js';
import { addDemo } from '../../../commands/demo.js';
import { guestCommand } from '../../../commands/guest-command.js';
import { addPatches } from '../../../commands/patches.js';
import { addShell } from '../../../commands/shell.js';
import { addTest } from '../../../commands/test/test.js';
import { repositoryRoot } from '../../../host/repository.js';
import { chosenBase } from '../../../kernel/source/base.js';
import { attempt } from '../../../process/run.js';
import { setEnvironment } from '../support/environment.js';

/** These boot no guest and have no series, and the base is an argument of the last. */
const without = ['patches', 'compare', 'fresh', 'port'];

test('every command that has a kernel can be told its base', (t) => {
  const program = new Command();
  for (const add of [addBench, addDemo, addShell, addTest, addPatches]) add(program);
  const all = program.commands.flatMap((command) => [command, ...command.commands]);

  const untold = all.filter(({ options }) => !options.some(({ long }) => long === '--base'));

  t.deepEqual(untold.map((command) => command.name()).sort(), [...without].sort());
});

test.serial('the base of an option is that of everything that is built then', async (t) => {
  setEnvironment(t, { FLASH_BASE: '' });
  const program = new Command();
  let used: string | undefined;
  guestCommand(program, 'look', () => false).action(() => {
    used = chosenBase();
  });

  await program.parseAsync(['look', '--base', '7.3'], { from: 'user' });

  t.is(used, '7.3');
});

test.serial('a base that is not there is refused, by its option and by its variable', async (t) => {
  const flash = (...args: readonly string[]) =>
    attempt(process.execPath, [join(repositoryRoot, 'dist', 'harness', 'cli.js'), ...args]);

  const byOption = await flash('shell', '--base', '9.9');
  setEnvironment(t, { FLASH_BASE: '9.8' });
  const byVariable = await flash('shell');

  t.regex(byOption.stderr, /there is no base "9\.9"[\s\S]*known bases: 6\.12, 7\.3/);
  t.regex(byVariable.stderr, /there is no base "9\.8"/);
});
