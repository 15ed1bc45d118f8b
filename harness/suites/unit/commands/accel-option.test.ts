import test from 'ava';
import { join } from 'node:path';
import { Command } from 'commander';
import { addBench } from '../../../commands/bench.js';
import { addBenchInstructions } from '../../../commands/bench-instructions.js';
import { addDemo } from '../../../commands/demo.js';
import { addShell } from '../../../commands/shell.js';
import { addTestMutants } from '../../../commands/test-mutants.js';
import { addTestNic } from '../../../commands/test-nic.js';
import { addTestParity } from '../../../commands/test-parity.js';
import { addTest } from '../../../commands/test.js';
import { repositoryRoot } from '../../../host/repository.js';
import { attempt } from '../../../process/run.js';
import { setEnvironment } from '../support/environment.js';

const guestCommands = [
  ...[addBench, addBenchInstructions, addDemo, addShell],
  ...[addTestMutants, addTestNic, addTestParity, addTest],
];

test('every command that boots a guest can be told what it runs under', (t) => {
  const program = new Command();
  for (const add of guestCommands) add(program);

  const told = program.commands.filter(({ options }) => options.some(({ long }) => long === '--accel'));
  t.deepEqual(program.commands.filter((command) => !told.includes(command)).map((command) => command.name()), []);
  t.is(told.length, guestCommands.length);
});

const cli = join(repositoryRoot, 'dist', 'cli.js');
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
  const { exitCode, stderr } = await flash('bench-instructions', '--accel', 'kvm');

  t.is(exitCode, 2);
  t.regex(stderr, /KVM is asked for/);
});
