import test from 'ava';
import { setCells } from '../../../host/document-table.js';

const layout = { rows: ['patched', 'demo'], columns: ['ice', 'mlx5'] };

/** A document with something above and below its table. */
const around = (table: string): string =>
  `# NICs\n\n| not | ice |\n|---|---|\n| patched | this |\n\n<!-- table -->\n${table}\n<!-- end of table -->\n\nMore.  \n`;

test('a cell that was never set is a dash', (t) => {
  t.is(
    setCells(around(''), layout, []),
    around(
      `
|         | ice | mlx5 |
|---------|-----|------|
| patched | -   | -    |
| demo    | -   | -    |
`,
    ),
  );
});

test('a cell is set, the others stay, and so does the text around the table', (t) => {
  const before = setCells(around(''), layout, [
    { row: 'patched', column: 'ice', text: '117 passed, 1 failed, 2 skipped' },
    { row: 'demo', column: 'mlx5', text: '12 frames' },
  ]);

  const after = setCells(before, layout, [{ row: 'patched', column: 'ice', text: '120 passed' }]);

  t.is(
    after,
    around(
      `
|         | ice        | mlx5      |
|---------|------------|-----------|
| patched | 120 passed | -         |
| demo    | -          | 12 frames |
`,
    ),
  );
});

test('nothing changes if no cell is set', (t) => {
  const document = setCells(around(''), layout, [{ row: 'demo', column: 'ice', text: '12 frames' }]);

  t.is(setCells(document, layout, []), document);
});

test('a model that is new gets a column of dashes, and one that is gone loses its own', (t) => {
  const before = setCells(around(''), layout, [
    { row: 'demo', column: 'ice', text: 'all' },
    { row: 'demo', column: 'mlx5', text: 'most' },
  ]);

  const after = setCells(before, { rows: ['demo'], columns: ['igb', 'mlx5'] }, []);

  t.is(after, around('\n|      | igb | mlx5 |\n|------|-----|------|\n| demo | -   | most |\n'));
});

for (const [what, document] of [
  ['no table', '# NICs\n'],
  ['a table that does not end', '# NICs\n<!-- table -->\n'],
  ['a table that ends before it begins', '<!-- end of table -->\n<!-- table -->\n'],
] as const) {
  test(`a document with ${what} is refused, and told what it lacks`, (t) => {
    const error = t.throws(() => setCells(document, layout, []));

    t.regex(
      error?.message ?? '',
      /the document has no table between the lines <!-- table --> and <!-- end of table -->/,
    );
  });
}
