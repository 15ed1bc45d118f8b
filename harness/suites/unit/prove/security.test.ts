import test from 'ava';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../../host/repository.js';

const page = readFileSync(join(repositoryRoot, 'docs', 'security.md'), 'utf8').replaceAll(/\n(?!\n)/g, ' ');

function guestTests(): string {
  const dir = join(repositoryRoot, 'harness', 'suites', 'guest');
  return readdirSync(dir)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(dir, file), 'utf8'))
    .join('\n');
}

test('every test that docs/security.md names is there', (t) => {
  const sources = guestTests();
  const named = [...page.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title);

  t.true(named.length > 10);
  t.deepEqual(
    named.filter((title) => !sources.includes(title)),
    [],
  );
});
