import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../../../host/repository.js';
import { withTemporaryDir } from '../../../host/temporary.js';
import { attempt, run, type RunResult } from '../../../process/run.js';

const nightly = join(repositoryRoot, 'ci', 'nightly');

/** With an npm that only says what it was asked, and fails at what has this word in it. */
function runNightly(steps: readonly string[], failing = 'nothing'): Promise<RunResult> {
  return withTemporaryDir(tmpdir(), async (dir) => {
    writeFileSync(join(dir, 'npm'), `#!/bin/sh\necho "npm $*"\ncase "$*" in *${failing}*) exit 11 ;; esac\n`, {
      mode: 0o755,
    });
    return attempt(nightly, steps, { env: { PATH: `${dir}${delimiter}${process.env['PATH'] ?? ''}` } });
  });
}

test('every step of the night is an npm script that there is', async (t) => {
  const { scripts } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
    scripts: Readonly<Record<string, string>>;
  };
  const steps = (await run(nightly, ['--list']))
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/));

  t.true(steps.length > 5);
  t.deepEqual(
    steps.filter(([, script = '']) => scripts[script] === undefined),
    [],
  );
  t.is(new Set(steps.map(([name]) => name)).size, steps.length);
});

test('the README names every step of the night', async (t) => {
  const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8');
  const names = (await run(nightly, ['--list']))
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '');

  t.deepEqual(
    names.filter((name) => !readme.includes(`\`${name}\``)),
    [],
  );
});

test('a night runs the steps that were named, in their order', async (t) => {
  const { exitCode, stdout } = await runNightly(['parity', 'debug']);

  t.is(exitCode, 0, stdout);
  t.deepEqual(stdout.match(/^npm .*$/gm), ['npm run test:parity', 'npm run test:debug']);
  t.regex(stdout, /^2 steps passed$/m);
});

test('a night runs all steps when none is named', async (t) => {
  const { stdout } = await runNightly([]);
  const steps = (await run(nightly, ['--list'])).trim().split('\n');

  t.is(stdout.match(/^npm run /gm)?.length, steps.length);
});

test('a step that fails does not stop the others, and fails the night', async (t) => {
  const { exitCode, stdout } = await runNightly(['parity', 'debug', 'mutants'], 'debug');

  t.is(exitCode, 1);
  t.regex(stdout, /^parity +0 +0:0\d$/m);
  t.regex(stdout, /^debug +11 +0:0\d$/m);
  t.regex(stdout, /^mutants +0 +0:0\d$/m);
  t.regex(stdout, /^1 of 3 steps failed$/m);
});

test('a step that there is not is refused before any runs', async (t) => {
  const { exitCode, stdout, stderr } = await runNightly(['parity', 'lunch']);

  t.is(exitCode, 2);
  t.is(stdout, '');
  t.regex(stderr, /there is no step "lunch"; there are: debug parity /);
});
