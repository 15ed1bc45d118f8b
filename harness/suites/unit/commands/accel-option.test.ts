import test from 'ava';
import { join } from 'node:path';
import { Command } from 'commander';
import { addBench } from '../../../commands/bench/bench.js';
import { addDemo } from '../../../commands/demo.js';
import { addShell } from '../../../commands/shell.js';
import { addTest } from '../../../commands/test/test.js';
import { repositoryRoot } from '../../../host/repository.js';
import { attempt } from '../../../process/run.js';
import { setEnvironment } from '../support/environment.js';

/** These boot no guest. */
const without = ['compare', 'fresh'];

test('every command that boots a guest can be told what it runs under', (t) => {
  const program = new Command();
  for (const add of [addBench, addDemo, addShell, addTest]) add(program);
  const all = program.commands.flatMap((command) => [command, ...command.commands]);

  const told = all.filter(({ options }) => options.some(({ long }) => long === '--accel'));

  t.true(all.length > 10);
  t.deepEqual(
    all.filter((command) => !told.includes(command)).map((command) => command.name()),
    without,
  );
});

const cli = join(repositoryRoot, 'dist', 'harness', 'cli.js');
const flash = (...args: readonly string[]) => attempt(process.execPath, [cli, ...args]);

test.serial('what nobody knows is refused, by its option and by its variable', async (t) => {
  const byOption = await flash('shell', '--accel', 'xen');
  setEnvironment(t, { FLASH_ACCEL: 'xen' });
  const byVariable = await flash('shell');

  t.is(byOption.exitCode, 2);
  t.regex(byOption.stderr, /'--accel <name>' argument 'xen' is invalid. Allowed choices are kvm, tcg/);
  t.is(byVariable.exitCode, 2);
  t.regex(byVariable.stderr, /FLASH_ACCEL=xen is nothing that guests run under\n {2}say kvm or tcg, or leave it out/);
});

test.serial('instructions are not counted under KVM', async (t) => {
  const { exitCode, stderr } = await flash('bench', 'instructions', '--accel', 'kvm');

  t.is(exitCode, 2);
  t.regex(stderr, /KVM is asked for/);
});
