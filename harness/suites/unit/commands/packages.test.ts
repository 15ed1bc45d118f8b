import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { repositoryRoot } from '../../../host/repository.js';
import { attempt, type RunResult } from '../../../process/run.js';
import { temporaryDir } from '../support/tiny-repository.js';

interface Outcome extends RunResult {
  /** What apt-get was called with. */
  readonly installed: string;
}

/** Runs a command as ci/flash does, on a machine that lacks bc and shellcheck and whose apt-get ends with a code. */
async function flash(t: ExecutionContext, command: readonly string[], aptEndsWith = 0): Promise<Outcome> {
  const dir = temporaryDir(t);
  const log = join(dir, 'log');
  const programs = {
    id: 'echo 0',
    'dpkg-query': 'shift 2; for name; do case $name in bc | shellcheck) ;; *) echo "ii  $name" ;; esac; done',
    'apt-get': `echo "$*" >>${log}; exit ${aptEndsWith}`,
    'apt-cache': 'exit 1',
  };
  for (const [name, line] of Object.entries(programs)) {
    writeFileSync(join(dir, name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(dir, name), 0o755);
  }
  const cli = join(repositoryRoot, 'dist', 'harness', 'cli.js');
  const env = { PATH: `${dir}:${process.env.PATH ?? ''}` };
  const result = await attempt(process.execPath, [cli, '--install-packages', ...command], { env });
  return { ...result, installed: existsSync(log) ? readFileSync(log, 'utf8') : '' };
}

for (const command of [
  ['test', '--image', '/nowhere/bzImage'],
  ['test', 'no-such-suite'],
  ['test', '--config', 'debug', 'here'],
  ['test', 'mutants', 'no-such-mutant'],
  ['test', 'nic', '--match', 'a*'],
  ['bench', 'compare'],
  ['demo', '--help'],
]) {
  test(`nothing is installed for \`${command.join(' ')}\`, which does nothing`, async (t) => {
    const { installed } = await flash(t, command);

    t.is(installed, '');
  });
}

test('a command that only looks installs nothing', async (t) => {
  const { installed, stdout } = await flash(t, ['doctor']);

  t.is(installed, '');
  t.regex(stdout, /without bc/);
});

for (const { command, names } of [
  { command: ['build-kernel', '--base', 'none'], names: /install .* bc$/m },
  { command: ['patches', 'check', '--base', 'none'], names: /install .* bc$/m },
]) {
  test(`\`${command.join(' ')}\` has what it needs installed before it begins`, async (t) => {
    const { installed, exitCode } = await flash(t, command);

    t.regex(installed, names);
    t.is(exitCode, 3, 'there is no such base, which is found out afterwards');
  });
}

test('a command does not begin when what it needs cannot be installed', async (t) => {
  const { exitCode, stderr } = await flash(t, ['build-kernel', '--base', 'none'], 100);

  t.is(exitCode, 7);
  t.regex(stderr, /packages are missing and could not be installed/);
  t.notRegex(stderr, /none/);
});
