import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../../../host/repository.js';
import { run } from '../../../process/run.js';
import { temporaryDir, writeFiles } from '../support/tiny-repository.js';

test('programs of npm packages do not take the place of those of the system', async (t) => {
  const dir = temporaryDir(t);
  // What is out of date may be brought up to date meanwhile.
  const fake = `case "$*" in (*dist/harness/cli.js*) echo "$PATH" ;; (*) exec "${process.execPath}" "$@" ;; esac`;
  writeFiles(dir, { node: `#!/bin/sh\n${fake}\n` });
  chmodSync(join(dir, 'node'), 0o755);
  const system =
    process.env['PATH']?.split(':').filter((entry) => entry !== '' && !entry.includes('/node_modules/')) ?? [];
  const packages = ['/repository/node_modules/.bin', '/elsewhere/node_modules/npm/bin'];

  const said = await run(join(repositoryRoot, 'ci', 'flash'), ['doctor'], {
    env: { ...process.env, PATH: [...packages, dir, ...system].join(':') },
  });

  t.is(said.trimEnd().split('\n').at(-1), [dir, ...system, ...packages].join(':'));
});
