import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../../../host/repository.js';
import { attempt, type RunResult } from '../../../process/run.js';
import { temporaryDir } from '../support/tiny-repository.js';

/** A cache that does not exist, and in which nothing must appear. */
const flash = (...args: readonly string[]): Promise<RunResult> =>
  attempt(process.execPath, [join(repositoryRoot, 'dist', 'harness', 'cli.js'), 'build-kernel', ...args], {
    env: { FLASH_CACHE: '/nowhere/cache' },
  });

test('a config that is neither a name nor a file is refused with the names there are', async (t) => {
  const { exitCode, stderr } = await flash('--config', '/nowhere/my.config');

  t.is(exitCode, 2);
  t.regex(stderr, /there is no file \/nowhere\/my\.config: name one, or one of lean, .*server, running, localmod/);
});

test('a file that is no configuration of a kernel is refused before there is a cache', async (t) => {
  const path = join(temporaryDir(t), 'x.config');
  writeFileSync(path, 'first.patch\n');

  const { exitCode, stderr } = await flash('--config', path);

  t.is(exitCode, 2);
  t.regex(stderr, /x\.config is no kernel configuration/);
});

for (const [args, says] of [
  [['--package', 'rpm'], /--package.*Allowed choices are deb/],
  [['--sign', '/nowhere/key.pem', '/nowhere/cert.pem'], /--sign is for packages: add --package deb/],
  [['--package', 'deb', '--sign', 'key.pem'], /--sign takes a key and its certificate/],
] as const) {
  test(`${args.join(' ')} is refused`, async (t) => {
    const { exitCode, stderr } = await flash(...args);

    t.is(exitCode, 2);
    t.regex(stderr, says);
  });
}

test('a key for Secure Boot that is not there is refused by name', async (t) => {
  const { exitCode, stderr } = await flash('--package', 'deb', '--sign', '/nowhere/key.pem', '/nowhere/cert.pem');

  t.is(exitCode, 2);
  t.regex(stderr, /\/nowhere\/key\.pem cannot be read \(ENOENT\)/);
});
