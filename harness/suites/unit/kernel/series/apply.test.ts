import test from 'ava';
import { statSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../../../../errors.js';
import { applySeries, applyUntilFailure } from '../../../../kernel/series/apply.js';
import { git } from '../../../../kernel/git.js';
import { checkoutSeries } from '../../../../kernel/series/work-tree.js';
import { exportSeries } from '../../../../kernel/series/export.js';
import { readSeries, type Patch } from '../../../../kernel/series/series.js';
import { moveTree } from '../../../../kernel/source/tree.js';
import { commitFiles, lines, tinyRepository, writeFiles } from '../../support/tiny-repository.js';
import type { ExecutionContext } from 'ava';

const files = { 'net/a.c': lines(), 'net/b.c': lines(), 'net/quiet.c': lines() };

const allSeries = ['for-each-ref', '--format=%(refname)', 'refs/flash/series'];

/** A repository and a series of two patches for it. */
async function withSeries(t: ExecutionContext) {
  const source = await tinyRepository(t, files);
  const tree = await checkoutSeries(source, [], false);
  await commitFiles(tree, 'xsk: change a', { 'net/a.c': lines('eleven') });
  await commitFiles(tree, 'xsk: change b', { 'net/b.c': lines('eleven').replace('two', 'TWO') });
  const series = join(source.dir, 'kernel', 'series');
  await exportSeries(source, series);
  return { source, patches: readSeries(series) };
}

test('a series becomes commits, the same ones every time', async (t) => {
  const { source, patches } = await withSeries(t);

  const first = await applySeries(source.repository, source.baseCommit, patches);
  await git(source.repository, ['update-ref', '-d', await git(source.repository, allSeries)]);
  const second = await applySeries(source.repository, source.baseCommit, patches);

  t.is(first.commits.length, 2);
  t.is(second.tip, first.tip);
  t.is(await git(source.repository, ['show', `${first.tip}:net/a.c`]), lines('eleven').trimEnd());
});

test('a patch on top of an applied series gets the commits of that, and not of another', async (t) => {
  const { source, patches } = await withSeries(t);
  const [first, second] = patches as [Patch, Patch];
  const atOnce = await applySeries(source.repository, source.baseCommit, patches);
  await git(source.repository, ['update-ref', '-d', await git(source.repository, allSeries)]);
  const below = await applySeries(source.repository, source.baseCommit, [first]);
  await applySeries(source.repository, source.baseCommit, [second]);

  const { commits } = await applySeries(source.repository, source.baseCommit, [first, second]);

  t.deepEqual(commits, atOnce.commits);
  t.is(commits[0], below.tip);
});

test('a series that does not apply names the patch, the file and the hunk', async (t) => {
  const { source, patches } = await withSeries(t);
  const text = readFileSync((patches[1] as Patch).path, 'utf8');
  writeFiles(source.dir, { 'kernel/bad.patch': text.replace(' three', ' thirteen') });
  const broken = [patches[0] as Patch, { file: 'bad.patch', path: join(source.dir, 'kernel/bad.patch') }];

  const error = await t.throwsAsync(applySeries(source.repository, source.baseCommit, broken), {
    instanceOf: FlashError,
  });

  t.is(error?.kind, 'seriesDoesNotApply');
  t.regex(error?.message ?? '', /patch 2 of 2, bad\.patch, does not apply to net\/b\.c, hunk 1: @@ -1,/);
});

test('a patch for a file that is not there names that file', async (t) => {
  const { source, patches } = await withSeries(t);
  const text = readFileSync((patches[0] as Patch).path, 'utf8');
  writeFiles(source.dir, { 'kernel/bad.patch': text.replaceAll('net/a.c', 'net/gone.c') });

  const { failure } = await applyUntilFailure(source.repository, source.baseCommit, [
    { file: 'bad.patch', path: join(source.dir, 'kernel/bad.patch') },
  ]);

  t.is(failure?.file, 'net/gone.c');
  t.is(failure?.index, 0);
});

test('a patch never applies with fuzz', async (t) => {
  const { source, patches } = await withSeries(t);
  const text = readFileSync((patches[0] as Patch).path, 'utf8');
  writeFiles(source.dir, { 'kernel/fuzzy.patch': text.replace(' eight\n', ' EIGHT\n') });

  const { failure } = await applyUntilFailure(source.repository, source.baseCommit, [
    { file: 'fuzzy.patch', path: join(source.dir, 'kernel/fuzzy.patch') },
  ]);

  t.is(failure?.file, 'net/a.c');
});

test('a failed series leaves nothing that a later run takes for an applied one', async (t) => {
  const { source, patches } = await withSeries(t);
  writeFiles(source.dir, { 'kernel/bad.patch': 'no patch at all\n' });
  const broken = [patches[0] as Patch, { file: 'bad.patch', path: join(source.dir, 'kernel/bad.patch') }];

  await t.throwsAsync(applySeries(source.repository, source.baseCommit, broken));
  await t.throwsAsync(applySeries(source.repository, source.baseCommit, broken));

  t.is((await git(source.repository, ['worktree', 'list'])).split('\n').length, 2);
});

test('moving a tree to another series leaves the time of unchanged files alone', async (t) => {
  const { source, patches } = await withSeries(t);
  const { tip } = await applySeries(source.repository, source.baseCommit, patches);
  const time = (name: string): number => statSync(join(source.repository, name)).mtimeMs;
  const before = { quiet: time('net/quiet.c'), changed: time('net/a.c') };

  await moveTree(source.repository, source.repository, tip);

  t.is(time('net/quiet.c'), before.quiet);
  t.not(time('net/a.c'), before.changed);
});

test('a tree that was half written becomes whole again', async (t) => {
  const { source } = await withSeries(t);
  writeFiles(source.repository, { 'net/a.c': 'half', '.git/index.lock': '' });

  await moveTree(source.repository, source.repository, source.baseCommit);

  t.is(readFileSync(join(source.repository, 'net/a.c'), 'utf8'), files['net/a.c']);
});
