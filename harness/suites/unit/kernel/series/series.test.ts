import test from 'ava';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { FlashError } from '../../../../errors.js';
import { driverRedirectsOf, readPostings } from '../../../../kernel/series/postings.js';
import { hashSeries, isOfDriver, parseSeries, readSeries, seriesOf } from '../../../../kernel/series/series.js';
import { loadBase } from '../../../../kernel/source/base.js';
import { rewriteSeries } from '../../../../kernel/series/rewrite.js';
import { temporaryDir, writeFiles } from '../../support/tiny-repository.js';

const series = [
  '# Core',
  'core/0001-xsk-a.patch',
  '',
  '# Drivers',
  '../drivers-patches/ixgbe/0001-ixgbe-b.patch',
  '',
].join('\n');

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

const twoBases = {
  'kernel/series':
    '# posting a: A\ncore/0001-xsk-a.patch\n# posting b: B\n../drivers-patches/ixgbe/0001-ixgbe-b.patch\n',
  'kernel/core/0001-xsk-a.patch': 'a',
  'drivers-patches/ixgbe/0001-ixgbe-b.patch': 'b',
  'kernel/bases/7.3/drivers-patches/ixgbe/0001-ixgbe-b.patch': 'b of 7.3',
};

test('a patch that a base has a text of its own of is read from there, and by no other base', (t) => {
  const dir = temporaryDir(t);
  writeFiles(dir, twoBases);
  const textsOf = (name: string) =>
    readSeries(join(dir, 'kernel/series'), { name, without: {} }).map(({ path }) => readFileSync(path, 'utf8'));

  t.deepEqual(textsOf('7.3'), ['a', 'b of 7.3']);
  t.deepEqual(textsOf('6.12'), ['a', 'b']);
});

test('a patch that a base goes without is not in its series, and its posting not among its postings', (t) => {
  const dir = temporaryDir(t);
  writeFiles(dir, twoBases);
  const base = { name: '7.3', without: { 'xsk-a': 'upstream has it' } };
  const path = join(dir, 'kernel/series');

  t.deepEqual(
    readSeries(path, base).map(({ file }) => file),
    ['../drivers-patches/ixgbe/0001-ixgbe-b.patch'],
  );
  t.deepEqual(
    readPostings(path, base).map(({ name }) => name),
    ['b'],
  );
});

test('the hash of a series follows content and order, not names', (t) => {
  const dir = temporaryDir(t);
  writeFiles(dir, { 'a.patch': 'A', 'b.patch': 'B', 'c.patch': 'A' });
  const patch = (name: string) => ({ file: name, path: join(dir, name) });

  const hash = hashSeries([patch('a.patch'), patch('b.patch')]);

  t.is(hashSeries([patch('c.patch'), patch('b.patch')]), hash);
  t.not(hashSeries([patch('b.patch'), patch('a.patch')]), hash);
});

function postingsOf(t: ExecutionContext, text: string) {
  const dir = temporaryDir(t);
  const files = parseSeries(text).flatMap((line) => (line.kind === 'patch' ? [line.file] : []));
  writeFiles(dir, { series: text, ...Object.fromEntries(files.map((file) => [file, file])) });
  return readPostings(join(dir, 'series'));
}

const many = (count: number): string => Array.from({ length: count }, (_, index) => `${index}.patch\n`).join('');

test('a heading begins a posting, which says where it goes and ends at the next one', (t) => {
  const postings = postingsOf(
    t,
    `# All of it.\n\n# posting fix (net): ixgbe: a fix\na.patch\n\n# posting rings: xsk: rings\n# two\nb.patch\nc.patch\n`,
  );

  t.deepEqual(
    postings.map(({ name, tree, title, patches }) => [name, tree, title, patches.map(({ file }) => file)]),
    [
      ['fix', 'net', 'ixgbe: a fix', ['a.patch']],
      ['rings', 'net-next', 'xsk: rings', ['b.patch', 'c.patch']],
    ],
  );
});

test('a posting may have 15 patches', (t) => {
  t.is(postingsOf(t, `# posting a: A\n${many(15)}`)[0]?.patches.length, 15);
});

const wrongPostings: readonly { title: string; text: string; message: RegExp }[] = [
  {
    title: 'a patch above the first posting',
    text: 'x.patch\n# posting a: A\ny.patch\n',
    message: /series:1 has x\.patch in no posting/,
  },
  {
    title: 'a posting of 16 patches',
    text: `# posting a: A\n${many(16)}`,
    message: /series:1: the posting a has 16 patches, and the netdev list takes 15/,
  },
  {
    title: 'two postings of one name',
    text: '# posting a: A\nx.patch\n# posting a: B\ny.patch\n',
    message: /series:3: there is a posting a already/,
  },
  {
    title: 'a posting without patches',
    text: '# posting a: A\n# posting b: B\ny.patch\n',
    message: /series:1: the posting a has no patches/,
  },
  {
    title: 'a posting without a title',
    text: '# posting a\nx.patch\n',
    message: /series:1: "# posting a" is no heading/,
  },
  {
    title: 'a posting to a tree that netdev does not have',
    text: '# posting a (bpf): A\nx.patch\n',
    message: /series:1: .* is no heading/,
  },
];

for (const { title, text, message } of wrongPostings) {
  test(`a series is refused for ${title}`, (t) => {
    const error = t.throws(() => postingsOf(t, text), { instanceOf: FlashError });

    t.is(error.kind, 'seriesDoesNotApply');
    t.regex(error.message, message);
  });
}

test('every patch of this repository is in a posting', (t) => {
  t.deepEqual(
    readPostings().flatMap(({ patches }) => patches),
    readSeries(),
  );
});

const twoPostings =
  '# All.\n\n# posting a: A\nx/0001-a1.patch\nx/0002-a2.patch\n\n# posting b: B\n# text\nx/0003-b1.patch\nx/0004-b2.patch\n';

const rewrites: readonly { title: string; old: string; files: readonly string[]; expected: string }[] = [
  {
    title: 'the same patches give the same file',
    old: '# H\n\na/0001-x.patch\n',
    files: ['a/0001-x.patch'],
    expected: '# H\n\na/0001-x.patch\n',
  },
  {
    title: 'a heading follows its patch to another number',
    old: '# H\na/0001-x.patch\n',
    files: ['a/0001-new.patch', 'a/0002-x.patch'],
    expected: 'a/0001-new.patch\n# H\na/0002-x.patch\n',
  },
  {
    title: 'the heading of a dropped patch stays for the next one',
    old: '# H\na/0001-x.patch\na/0002-y.patch\n',
    files: ['a/0001-y.patch'],
    expected: '# H\na/0001-y.patch\n',
  },
  {
    title: 'an empty series keeps its heading first',
    old: '# H\n',
    files: ['a/0001-x.patch'],
    expected: '# H\na/0001-x.patch\n',
  },
  {
    title: 'text at the end stays at the end',
    old: 'a/0001-x.patch\n# end\n',
    files: ['a/0001-x.patch'],
    expected: 'a/0001-x.patch\n# end\n',
  },
  {
    title: 'a heading in the first line stays there',
    old: '# posting a: A\nx/0001-a1.patch\n',
    files: ['x/0001-new.patch', 'x/0002-a1.patch'],
    expected: '# posting a: A\nx/0001-new.patch\nx/0002-a1.patch\n',
  },
  {
    title: 'a new patch joins the posting of the patch before it',
    old: twoPostings,
    files: ['x/0001-a1.patch', 'x/0002-a2.patch', 'x/0003-new.patch', 'x/0004-b1.patch', 'x/0005-b2.patch'],
    expected:
      '# All.\n\n# posting a: A\nx/0001-a1.patch\nx/0002-a2.patch\nx/0003-new.patch\n\n# posting b: B\n# text\nx/0004-b1.patch\nx/0005-b2.patch\n',
  },
  {
    title: 'a new first patch joins the first posting',
    old: twoPostings,
    files: ['x/0001-new.patch', 'x/0002-a1.patch'],
    expected: '# All.\n\n# posting a: A\nx/0001-new.patch\nx/0002-a1.patch\n\n# posting b: B\n# text\n',
  },
  {
    title: 'a posting whose first patch moved down keeps its place',
    old: twoPostings,
    files: ['x/0001-a2.patch', 'x/0002-a1.patch', 'x/0003-b2.patch', 'x/0004-b1.patch'],
    expected:
      '# All.\n\n# posting a: A\nx/0001-a2.patch\nx/0002-a1.patch\n\n# posting b: B\n# text\nx/0003-b2.patch\nx/0004-b1.patch\n',
  },
  {
    title: 'postings change places with their patches, below what is said of all',
    old: twoPostings,
    files: ['x/0001-b1.patch', 'x/0002-b2.patch', 'x/0003-a1.patch', 'x/0004-a2.patch'],
    expected:
      '# All.\n\n# posting b: B\n# text\nx/0001-b1.patch\nx/0002-b2.patch\n\n# posting a: A\nx/0003-a1.patch\nx/0004-a2.patch\n',
  },
  {
    title: "a patch that moved behind the next posting's first one joins that",
    old: twoPostings,
    files: ['x/0001-a1.patch', 'x/0002-b1.patch', 'x/0003-a2.patch', 'x/0004-b2.patch'],
    expected:
      '# All.\n\n# posting a: A\nx/0001-a1.patch\n\n# posting b: B\n# text\nx/0002-b1.patch\nx/0003-a2.patch\nx/0004-b2.patch\n',
  },
];

for (const { title, old, files, expected } of rewrites) {
  test(`rewriting a series: ${title}`, (t) => {
    t.is(rewriteSeries(parseSeries(old), files), expected);
  });
}

test('a kernel whose drivers do not redirect has the fixes of these drivers', (t) => {
  const base = loadBase('7.3');

  const left = [...driverRedirectsOf(base)];

  t.deepEqual(
    left.map((file) => /drivers-patches\/(\w+)\/\d+-.*redirect-for-routed/.exec(file)?.[1] ?? file).toSorted(),
    ['i40e', 'ice', 'igb', 'ixgbe', 'mlx5', 'virtio_net'],
  );
  t.true(seriesOf(base).some((patch) => isOfDriver(patch) && !left.includes(patch.file)));
});
