import test from 'ava';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { FlashError } from '../../../../errors.js';
import { applySeries } from '../../../../kernel/series/apply.js';
import { exportSeries } from '../../../../kernel/series/export.js';
import { portSeries } from '../../../../kernel/series/port.js';
import { readSeries } from '../../../../kernel/series/series.js';
import { checkoutSeries } from '../../../../kernel/series/work-tree.js';
import { parseBase } from '../../../../kernel/source/base.js';
import { commitFiles, lines, tinyRepository, writeFiles } from '../../support/tiny-repository.js';

const own = (name: string): string => `bases/7.3/core/${name}.patch`;
const names = ['0001-xsk-add-b', '0002-xsk-change-a', '0003-xsk-change-c'] as const;

/** Three patches of a base: the first applies to the other one, the second touches what differs there, the third is beside such. */
async function oldSeries(t: ExecutionContext) {
  const source = await tinyRepository(t, { 'net/a.c': lines(), 'net/c.c': lines() });
  const tree = await checkoutSeries(source, [], false);
  await commitFiles(tree, 'xsk: add b', { 'net/b.c': 'b\n' });
  await commitFiles(tree, 'xsk: change a', { 'net/a.c': lines().replace('five', '5') });
  await commitFiles(tree, 'xsk: change c', { 'net/c.c': lines().replace('five', '5') });
  const root = join(source.dir, 'kernel');
  const seriesPath = join(root, 'series');
  await exportSeries(source, seriesPath);

  const other = await tinyRepository(t, {
    'net/a.c': lines().replace('five', 'fünf'),
    'net/c.c': lines().replace('three', 'drei'),
  });
  const basesDir = join(root, 'bases');
  writeFiles(basesDir, { '7.3.json': JSON.stringify({ name: '7.3', release: '7.3.1', compileSteps: {} }) });
  const read = (): string => readFileSync(join(basesDir, '7.3.json'), 'utf8');
  const request = { base: parseBase(read(), '7.3'), others: [source.repository], seriesPath, basesDir };
  return {
    source,
    other,
    request,
    root,
    tree: join(other.dir, 'work', 'tree'),
    readBase: () => parseBase(read(), '7.3'),
  };
}

test('a port applies what applies and stops at the first patch that does not, with both sides', async (t) => {
  const { other, request, tree } = await oldSeries(t);
  const applied: string[] = [];

  const result = await portSeries(other, { ...request, onPatch: (file, how) => applied.push(`${how} ${file}`) });

  t.deepEqual(applied, [`as it is core/${names[0]}.patch`]);
  t.like(result, { done: false, file: `core/${names[1]}.patch`, files: ['net/a.c'], tree });
  t.regex('sides' in result ? result.sides : '', /fünf[\s\S]*five[\s\S]*5/);
});

test('a port goes on after a patch was mended, and keeps what differs for the base alone', async (t) => {
  const { source, other, request, root, tree, readBase } = await oldSeries(t);
  await portSeries(other, request);
  writeFileSync(join(tree, 'net/a.c'), lines().replace('five', '5!'));

  const result = await portSeries(other, { ...request, why: 'it is German' });

  t.like(result, { done: true, written: [own(names[1]), own(names[2])] });
  t.deepEqual(readBase().apart, {
    'xsk-change-a': 'it is German',
    'xsk-change-c': 'what is around the change differs',
  });
  t.true(existsSync(join(root, own(names[1]))));
  const applied = await applySeries(other.repository, other.baseCommit, readSeries(request.seriesPath, readBase()));
  t.is(applied.commits.length, 3);
  t.is((await applySeries(source.repository, source.baseCommit, readSeries(request.seriesPath))).commits.length, 3);
});

test('a patch that the base does not need is left out, with the reason', async (t) => {
  const { other, request, readBase } = await oldSeries(t);
  await portSeries(other, request);

  const result = await portSeries(other, { ...request, skip: true, why: 'it has that' });

  t.true(result.done);
  t.deepEqual(readBase().without, { 'xsk-change-a': 'it has that' });
  t.deepEqual(
    readSeries(request.seriesPath, readBase()).map(({ file }) => file),
    [`core/${names[0]}.patch`, `core/${names[2]}.patch`],
  );
});

test('a port does not go on before the patch is mended and a reason given', async (t) => {
  const { other, request } = await oldSeries(t);
  await portSeries(other, request);

  const noReason = await t.throwsAsync(portSeries(other, request), { instanceOf: FlashError });
  const notMended = await t.throwsAsync(portSeries(other, { ...request, why: 'because' }), { instanceOf: FlashError });

  t.regex(noReason?.details.advice ?? '', /--why/);
  t.regex(notMended?.message ?? '', /is not mended: net\/a\.c/);
});

test('a port that is done once has nothing to do', async (t) => {
  const { other, request, tree, readBase } = await oldSeries(t);
  await portSeries(other, request);
  writeFileSync(join(tree, 'net/a.c'), lines().replace('five', '5!'));
  await portSeries(other, { ...request, why: 'it is German' });

  const again = await portSeries(other, { ...request, base: readBase() });

  t.like(again, { done: true, written: [] });
  t.is(readBase().apart['xsk-change-a'], 'it is German');
});
