import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../../host/repository.js';

test('no test of the guest is left out of the file that runs them all', (t) => {
  const folder = join(repositoryRoot, 'harness', 'suites', 'guest');
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts')).sort();

  const imported = [...readFileSync(join(folder, 'all-tests.ts'), 'utf8').matchAll(/^import '\.\/(.*)\.js';$/gm)].map(([, name]) => `${name}.ts`).sort();

  t.deepEqual(imported, files);
});
