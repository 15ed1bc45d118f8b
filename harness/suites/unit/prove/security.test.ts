import test from 'ava';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../../host/repository.js';

const pages = [
  { path: ['docs', 'security.md'], least: 10, folders: [['guest']] },
  { path: ['nf', 'README.md'], least: 7, folders: [['guest'], ['unit', 'nf']] },
];

function testsOf(folder: readonly string[]): string {
  const dir = join(repositoryRoot, 'harness', 'suites', ...folder);
  return readdirSync(dir)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(dir, file), 'utf8'))
    .join('\n');
}

for (const { path, least, folders } of pages)
  test(`every test that ${path.join('/')} names is there`, (t) => {
    const page = readFileSync(join(repositoryRoot, ...path), 'utf8').replaceAll(/\n(?!\n)/g, ' ');
    const sources = folders.map(testsOf).join('\n');
    const named = [...page.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title);

    t.true(named.length > least);
    t.deepEqual(
      named.filter((title) => !sources.includes(title)),
      [],
    );
  });
