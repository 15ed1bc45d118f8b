import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../../../host/repository.js';
import { attempt, type RunResult } from '../../../process/run.js';
import { temporaryDir } from '../support/tiny-repository.js';

const flash = (...args: readonly string[]): Promise<RunResult> =>
  attempt(process.execPath, [join(repositoryRoot, 'dist', 'harness', 'cli.js'), ...args]);

const bootingCommands = [['demo'], ['shell'], ['test'], ['test', 'chaos']] as const;

for (const command of bootingCommands) {
  test(`${command.join(' ')} refuses a kernel that there is not before it does anything`, async (t) => {
    const { exitCode, stdout, stderr } = await flash(...command, '--image', '/nowhere/bzImage');

    t.is(exitCode, 2);
    t.is(stdout, '');
    t.regex(stderr, /there is no file \/nowhere\/bzImage: name a bzImage, or leave the option out to build one/);
  });
}

const measuringCommands = [['demo'], ['test', 'mutants'], ['bench', 'instructions']] as const;

for (const command of measuringCommands) {
  test(`${command.join(' ')} refuses a place for its figures that cannot be before it does anything`, async (t) => {
    const dir = temporaryDir(t);

    const { exitCode, stderr } = await flash(...command, '--json', join(dir, 'missing', 'x.json'));

    t.is(exitCode, 2);
    t.regex(stderr, /cannot be written \(ENOENT\): create the directory .*missing first/);
  });
}

test('demo refuses a chain file with a mistake, by its line, before it does anything', async (t) => {
  const path = join(temporaryDir(t), 'c.yaml');
  writeFileSync(path, 'chain: c\nfunctions:\n  first: { device: a, queue: none, user: 0 }\n');

  const { exitCode, stdout, stderr } = await flash('demo', '--chain', path);

  t.is(exitCode, 2);
  t.is(stdout, '');
  t.regex(stderr, /c\.yaml:3: functions\.first\.queue/);
});

test('a file of figures that is there already is left as it is until there are new ones', async (t) => {
  const dir = temporaryDir(t);
  const path = join(dir, 'x.json');
  writeFileSync(path, '{}');

  await flash('test', 'mutants', 'no-such-mutant', '--json', path);

  t.is(readFileSync(path, 'utf8'), '{}');
});

test('chaos runs for a second at least', async (t) => {
  const { exitCode, stderr } = await flash('test', 'chaos', '--seconds', '0');

  t.is(exitCode, 2);
  t.regex(stderr, /Give at least one second/);
});
