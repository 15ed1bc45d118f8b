import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { verdictCells, verdictLayout } from '../../../commands/test/verdicts.js';
import { setCells } from '../../../host/document-table.js';
import { repositoryRoot } from '../../../host/repository.js';
import { verdictTitle } from '../../verdicts.js';

test('a verdict that a driver has is a yes, one whose test failed or never ran a no', (t) => {
  const cells = verdictCells('ice', {
    tests: [
      { title: verdictTitle('drop', 'native'), outcome: 'passed' },
      { title: `xdp-verdicts › ${verdictTitle('tx', 'native')}`, outcome: 'passed' },
      { title: verdictTitle('tx', 'generic'), outcome: 'failed' },
      { title: verdictTitle('pass', 'generic'), outcome: 'skipped' },
    ],
  });

  const textOf = (column: string): readonly string[] =>
    cells.filter((cell) => cell.column === column).map(({ row, text }) => `${row}: ${text}`);
  t.deepEqual(textOf('drop'), ['ice, native: yes', 'ice, generic: no']);
  t.deepEqual(textOf('tx'), ['ice, native: yes', 'ice, generic: no']);
  t.deepEqual(textOf('pass'), ['ice, native: no', 'ice, generic: -']);
});

test('the document has a table, which is written as it is read', (t) => {
  const document = readFileSync(join(repositoryRoot, 'docs/xdp.md'), 'utf8');

  t.is(setCells(document, verdictLayout, []), document);
});
