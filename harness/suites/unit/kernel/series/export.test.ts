import test from 'ava';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { FlashError } from '../../../../errors.js';
import { git } from '../../../../kernel/git.js';
import { directoryOf } from '../../../../kernel/series/patch-file.js';
import { exportSeries } from '../../../../kernel/series/export.js';
import { checkoutSeries } from '../../../../kernel/series/work-tree.js';
import { parseSeries, readSeries, slugOf } from '../../../../kernel/series/series.js';
import { commitFiles, lines, tinyRepository, writeFiles } from '../../support/tiny-repository.js';

const driver = 'drivers/net/ethernet/intel/ixgbe/ixgbe_xsk.c';

async function withCommits(t: ExecutionContext) {
  const source = await tinyRepository(t, { 'net/a.c': lines(), [driver]: lines() });
  const tree = await checkoutSeries(source, [], false);
  await commitFiles(tree, 'xsk: change a', { 'net/a.c': lines('eleven') });
  await commitFiles(
    tree,
    'ixgbe: ask the core before transmitting, with a subject that is longer than any file name should be',
    { [driver]: lines('eleven') },
  );
  return { source, tree, series: join(source.dir, 'kernel', 'series') };
}

test('exporting twice changes nothing', async (t) => {
  const { source, series } = await withCommits(t);
  const first = await exportSeries(source, series);

  const second = await exportSeries(source, series);

  t.is(first.written.length, 3);
  t.deepEqual(second, { files: first.files, written: [], removed: [] });
});

test('what was exported and checked out again exports to the same files', async (t) => {
  const { source, series } = await withCommits(t);
  const { files } = await exportSeries(source, series);

  await checkoutSeries(source, readSeries(series), false);
  const again = await exportSeries(source, series);

  t.deepEqual(again, { files, written: [], removed: [] });
});

test('a patch that ends in a blank context line applies again', async (t) => {
  const source = await tinyRepository(t, { 'net/a.c': `${lines()}\n\n\n\nend\n` });
  const tree = await checkoutSeries(source, [], false);
  await commitFiles(tree, 'xsk: change a', { 'net/a.c': `${lines('eleven')}\n\n\n\nend\n` });
  const series = join(source.dir, 'kernel', 'series');
  const { files } = await exportSeries(source, series);

  await checkoutSeries(source, readSeries(series), true);
  const again = await exportSeries(source, series);

  t.deepEqual(again, { files, written: [], removed: [] });
});

test('core and driver patches are numbered and kept apart, names cut at the same length', async (t) => {
  const { source, series } = await withCommits(t);

  const { files } = await exportSeries(source, series);

  t.deepEqual(files, [
    'core/0001-xsk-change-a.patch',
    '../drivers-patches/ixgbe/0001-ixgbe-ask-the-core-before-transmitting-with-a-subjec.patch',
  ]);
});

test('a commit that is gone takes its file along', async (t) => {
  const { source, tree, series } = await withCommits(t);
  await exportSeries(source, series);
  await git(tree, ['reset', '--quiet', '--hard', 'HEAD~']);

  const { removed } = await exportSeries(source, series);

  t.is(removed.length, 1);
  t.regex(removed[0] ?? '', /ixgbe/);
});

test('headings of the series survive an export', async (t) => {
  const { source, series } = await withCommits(t);
  await exportSeries(source, series);
  writeFileSync(series, `# Rings\n\n${readFileSync(series, 'utf8')}`);

  await exportSeries(source, series);

  t.true(readFileSync(series, 'utf8').startsWith('# Rings\n\ncore/0001-'));
});

test('an export refuses changes that are in no commit', async (t) => {
  const { source, tree, series } = await withCommits(t);
  writeFileSync(join(tree, 'net/a.c'), 'edited');

  const error = await t.throwsAsync(exportSeries(source, series), { instanceOf: FlashError });

  t.regex(error?.message ?? '', /changes that are in no commit/);
});

test('a checkout does not throw away commits that were never exported', async (t) => {
  const { source, tree } = await withCommits(t);

  const error = await t.throwsAsync(checkoutSeries(source, [], false), { instanceOf: FlashError });
  t.regex(error?.details.advice ?? '', /--discard/);

  await checkoutSeries(source, [], true);
  t.is(await git(tree, ['rev-parse', 'HEAD']), source.baseCommit);
});

test('a checkout makes a tree again that was removed by hand', async (t) => {
  const { source, tree, series } = await withCommits(t);
  await exportSeries(source, series);
  rmSync(tree, { recursive: true });

  await checkoutSeries(source, readSeries(series), false);

  t.is(readFileSync(join(tree, 'net/a.c'), 'utf8'), lines('eleven'));
});

/** The files of the series with commits, and the same two commits on a base that has other lines around them. */
async function onTwoBases(t: ExecutionContext) {
  const { source, series } = await withCommits(t);
  await exportSeries(source, series);
  const other = await tinyRepository(t, { 'net/a.c': `zero\n${lines()}`, [driver]: lines().replace('nine', '9') });
  const base = { name: '7.3', without: {} };
  const tree = await checkoutSeries(other, [], false);
  await commitFiles(tree, 'xsk: change a', { 'net/a.c': `zero\n${lines('eleven')}` });
  const own = join(source.dir, 'kernel', 'bases', '7.3');
  return { source, series, other, base, tree, own, root: join(source.dir, 'kernel') };
}

const longSubject =
  'ixgbe: ask the core before transmitting, with a subject that is longer than any file name should be';
const driverFile = 'drivers-patches/ixgbe/0001-ixgbe-ask-the-core-before-transmitting-with-a-subjec.patch';

test('of a port only what touches code that differs becomes a text of the base', async (t) => {
  const { source, series, other, base, tree, own } = await onTwoBases(t);
  await commitFiles(tree, longSubject, { [driver]: lines('eleven').replace('nine', '9') });

  const { written } = await exportSeries(other, series, { base, apart: true });

  t.deepEqual(written, [`bases/7.3/${driverFile}`], 'the first patch does the same, at another line');
  t.regex(readFileSync(join(own, driverFile), 'utf8'), /^ 9$/m);
  t.deepEqual((await exportSeries(source, series)).written, [], 'the other base has its texts still');
  await checkoutSeries(other, readSeries(series, base), true);
  t.deepEqual((await exportSeries(other, series, { base })).written, []);
});

test('an edit on one base goes to its own text where it has one, and else to the shared one', async (t) => {
  const { series, other, base, tree, own, root } = await onTwoBases(t);
  await commitFiles(tree, longSubject, { [driver]: lines('eleven').replace('nine', '9') });
  await exportSeries(other, series, { base, apart: true });
  await commitFiles(tree, 'xsk: one more', { 'net/a.c': `zero\n${lines('eleven', 'twelve')}` });
  await git(tree, ['reset', '--quiet', '--soft', 'HEAD~2']);
  await git(tree, ['reset', '--quiet']);
  await git(tree, ['add', 'net/a.c']);
  await git(tree, ['commit', '--quiet', '--amend', '--no-edit']);
  await commitFiles(tree, longSubject, { [driver]: lines('eleven!').replace('nine', '9') });

  const { written } = await exportSeries(other, series, { base });

  t.deepEqual([...written].sort(), [`bases/7.3/${driverFile}`, 'core/0001-xsk-change-a.patch']);
  t.regex(readFileSync(join(own, driverFile), 'utf8'), /^\+eleven!$/m);
  t.regex(readFileSync(join(root, 'core/0001-xsk-change-a.patch'), 'utf8'), /^\+twelve$/m);
});

test('a patch that a base goes without keeps its place and its file', async (t) => {
  const { series, other, tree, root } = await onTwoBases(t);
  const base = { name: '7.3', without: { [slugOf(driverFile)]: 'upstream has it' } };
  await commitFiles(tree, 'xsk: add b', { 'net/b.c': 'b\n' });

  const { files } = await exportSeries(other, series, { base, apart: true });

  t.deepEqual(files, ['core/0001-xsk-change-a.patch', 'core/0002-xsk-add-b.patch']);
  t.deepEqual(
    parseSeries(readFileSync(series, 'utf8')).flatMap((line) => (line.kind === 'patch' ? [line.file] : [])),
    ['core/0001-xsk-change-a.patch', `../${driverFile}`, 'core/0002-xsk-add-b.patch'],
  );
  t.true(existsSync(join(root, '..', driverFile)));
});

test('a patch that comes before others gives them other numbers on all bases', async (t) => {
  const { series, source, other, base, tree, own } = await onTwoBases(t);
  await commitFiles(tree, 'xsk: change a again', { 'net/a.c': `zero\n${lines('12')}` });
  await exportSeries(other, series, { base, apart: true });
  writeFiles(own, {
    'core/0001-xsk-change-a.patch': readFileSync(join(own, '../../core/0001-xsk-change-a.patch'), 'utf8'),
  });
  const first = await checkoutSeries(source, [], true);
  await commitFiles(first, 'xsk: come first', { 'net/0.c': '0\n' });
  await commitFiles(first, 'xsk: change a', { 'net/a.c': lines('eleven') });

  await exportSeries(source, series);

  t.deepEqual(readdirSync(join(own, 'core')), ['0002-xsk-change-a.patch']);
});

const places: readonly { files: readonly string[]; dir: string }[] = [
  {
    files: ['drivers/net/ethernet/intel/ice/ice_xsk.c', 'drivers/net/ethernet/intel/ice/ice.h'],
    dir: '../drivers-patches/ice',
  },
  { files: ['drivers/net/ethernet/mellanox/mlx5/core/en/xsk/tx.c'], dir: '../drivers-patches/mlx5' },
  { files: ['drivers/net/virtio_net.c'], dir: '../drivers-patches/virtio_net' },
  { files: ['drivers/net/ethernet/intel/ice/ice.h', 'drivers/net/ethernet/intel/i40e/i40e.h'], dir: 'core' },
  { files: ['drivers/net/ethernet/intel/ice/ice.h', 'net/xdp/xsk.c'], dir: 'core' },
];

for (const { files, dir } of places) {
  test(`a commit that touches ${files.join(' and ')} goes to ${dir}`, (t) => {
    t.is(directoryOf(files), dir);
  });
}
