import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../../../host/repository.js';

test('no test of the guest is left out of the files that run them all', (t) => {
  const folder = join(repositoryRoot, 'harness', 'suites', 'guest');
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .sort();

  const lists = [
    'core-tests.ts',
    'program-tests.ts',
    'monitor-tests.ts',
    'xdp-tests.ts',
    'hold-tests.ts',
    'nic-tests.ts',
    'nic-tests-several-buffers.ts',
    'driver-tests.ts',
    'module-tests.ts',
    'passthrough-tests.ts',
    'trace-tests.ts',
  ]
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  const imported = new Set([...lists.matchAll(/import(?: |\()'\.\/(.*\.test)\.js'/g)].map(([, name]) => `${name}.ts`));

  t.deepEqual([...imported].sort(), files);
});
