import test from 'ava';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { FlashError } from '../../../../errors.js';
import { compareBases, textsOf, totalsOf, type Pair } from '../../../../kernel/series/compare.js';
import { parseBase } from '../../../../kernel/source/base.js';
import { temporaryDir, writeFiles } from '../../support/tiny-repository.js';

const baseOf = (name: string, rest: object = {}) =>
  parseBase(JSON.stringify({ name, release: `${name}.1`, compileSteps: {}, ...rest }), name);

const patch = (around: string, ...changes: readonly string[]): string =>
  [
    'Subject: [PATCH] xsk: change',
    '---',
    'diff --git a/net/a.c b/net/a.c',
    'index 1111111..2222222 100644',
    '--- a/net/a.c',
    '+++ b/net/a.c',
    `@@ -1,2 +1,3 @@ ${around}`,
    ` ${around}`,
    ...changes,
    '',
  ].join('\n');

/** One patch that is shared, one around which something differs, one that differs, and one that 7.3 goes without. */
function twoBases(t: ExecutionContext): { readonly pair: Pair; readonly path: string } {
  const dir = temporaryDir(t);
  const names = ['shared', 'moved', 'other', 'gone'];
  writeFiles(dir, {
    series: names.map((name, index) => `core/000${index + 1}-xsk-${name}.patch\n`).join(''),
    'core/0001-xsk-shared.patch': patch('a', '+one', '-two'),
    'core/0002-xsk-moved.patch': patch('a', '+one', '+two'),
    'core/0003-xsk-other.patch': patch('a', '+one', '+two', '+three'),
    'core/0004-xsk-gone.patch': patch('a', '+one'),
    'bases/7.3/core/0002-xsk-moved.patch': patch('b', '+one', '+two'),
    'bases/7.3/core/0003-xsk-other.patch': patch('a', '+one', '+three', '+four', '+five'),
  });
  const newest = baseOf('7.3', {
    apart: { 'xsk-moved': 'there is b', 'xsk-other': 'it counts on' },
    without: { 'xsk-gone': 'upstream has it' },
  });
  return { pair: [baseOf('6.12'), newest], path: join(dir, 'series') };
}

test('what two bases share, change alike around other lines, change otherwise, and lack is told apart', (t) => {
  const { pair, path } = twoBases(t);

  t.deepEqual(
    compareBases(pair, path).map(({ kind, common, only, why }) => [kind, common, ...only, why]),
    [
      ['shared', 2, 0, 0, ''],
      ['apart', 2, 0, 0, 'there is b'],
      ['apart', 2, 1, 2, 'it counts on'],
      ['missing', 0, 1, 0, 'upstream has it'],
    ],
  );
});

test('lines and patches that are shared and apart are counted', (t) => {
  const { pair, path } = twoBases(t);

  t.deepEqual(totalsOf(compareBases(pair, path)), {
    patches: { shared: 1, apart: 2, missing: 1 },
    sameChange: 1,
    sharedLines: 2,
    commonLines: 4,
    only: [2, 2],
  });
});

test('the texts of a patch are shown without what differs everywhere', (t) => {
  const { pair, path } = twoBases(t);

  const [first, second] = textsOf(pair, 'xsk-moved', path);

  t.notRegex(first, /^index |-1,2/m);
  t.is(first.replaceAll(/^( |@@ @@ )a$/gm, '$1b'), second);
});

test('a part of a name that several patches have names none', (t) => {
  const { pair, path } = twoBases(t);

  t.regex(t.throws(() => textsOf(pair, 'xsk-', path), { instanceOf: FlashError }).message, /name of 4 patches/);
});
