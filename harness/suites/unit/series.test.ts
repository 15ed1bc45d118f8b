import test from 'ava';
import { join } from 'node:path';
import { FlashError } from '../../errors.js';
import { hashSeries, parseSeries, readSeries } from '../../kernel/series.js';
import { rewriteSeries } from '../../kernel/series-rewrite.js';
import { temporaryDir, writeFiles } from './tiny-repository.js';

const series = ['# Core', 'core/0001-xsk-a.patch', '', '# Drivers', '../drivers-patches/ixgbe/0001-ixgbe-b.patch', ''].join('\n');

test('comments and blank lines of a series are no patches', (t) => {
  const files = parseSeries(series).flatMap((line) => (line.kind === 'patch' ? [line.file] : []));

  t.deepEqual(files, ['core/0001-xsk-a.patch', '../drivers-patches/ixgbe/0001-ixgbe-b.patch']);
});

test('a series that lists a file that is not there names the line', (t) => {
  const dir = temporaryDir(t);
  writeFiles(dir, { 'kernel/series': series, 'kernel/core/0001-xsk-a.patch': 'a' });

  const error = t.throws(() => readSeries(join(dir, 'kernel/series')), { instanceOf: FlashError });

  t.is(error.kind, 'seriesDoesNotApply');
  t.regex(error.message, /series:5 .*0001-ixgbe-b\.patch/);
});

test('a series that lists a patch twice names the second line', (t) => {
  const dir = temporaryDir(t);
  writeFiles(dir, { series: 'core/1.patch\ncore/1.patch\n', 'core/1.patch': 'a' });

  t.regex(t.throws(() => readSeries(join(dir, 'series'))).message, /series:2 /);
});

test('the hash of a series follows content and order, not names', (t) => {
  const dir = temporaryDir(t);
  writeFiles(dir, { 'a.patch': 'A', 'b.patch': 'B', 'c.patch': 'A' });
  const patch = (name: string) => ({ file: name, path: join(dir, name) });

  const hash = hashSeries([patch('a.patch'), patch('b.patch')]);

  t.is(hashSeries([patch('c.patch'), patch('b.patch')]), hash);
  t.not(hashSeries([patch('b.patch'), patch('a.patch')]), hash);
});

const rewrites: readonly { title: string; old: string; files: readonly string[]; expected: string }[] = [
  { title: 'the same patches give the same file', old: '# H\n\na/0001-x.patch\n', files: ['a/0001-x.patch'], expected: '# H\n\na/0001-x.patch\n' },
  { title: 'a heading follows its patch to another number', old: '# H\na/0001-x.patch\n', files: ['a/0001-new.patch', 'a/0002-x.patch'], expected: 'a/0001-new.patch\n# H\na/0002-x.patch\n' },
  { title: 'the heading of a dropped patch stays for the next one', old: '# H\na/0001-x.patch\na/0002-y.patch\n', files: ['a/0001-y.patch'], expected: '# H\na/0001-y.patch\n' },
  { title: 'an empty series keeps its heading first', old: '# H\n', files: ['a/0001-x.patch'], expected: '# H\na/0001-x.patch\n' },
  { title: 'text at the end stays at the end', old: 'a/0001-x.patch\n# end\n', files: ['a/0001-x.patch'], expected: 'a/0001-x.patch\n# end\n' },
];

for (const { title, old, files, expected } of rewrites) {
  test(`rewriting a series: ${title}`, (t) => {
    t.is(rewriteSeries(parseSeries(old), files), expected);
  });
}
