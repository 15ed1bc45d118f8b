import test from 'ava';
import { bisect, type Verdict } from '../../../bisect/bisect.js';
import { commitHistory } from '../../../bisect/commit-history.js';
import { FlashError } from '../../../errors.js';
import { git } from '../../../kernel/git.js';
import { author, commitFiles, tinyRepository } from '../support/tiny-repository.js';

/**
 *     base - a - b ------ merge - d
 *               \         /
 *                side1 - side2
 */
async function withMerge(t: Parameters<typeof tinyRepository>[0]) {
  const { repository: tree, baseCommit: base } = await tinyRepository(t, { 'net/a.c': 'base\n' });
  const a = await commitFiles(tree, 'net: a', { 'net/a.c': 'a\n' });
  const side1 = await commitFiles(tree, 'net: side1', { 'net/side.c': '1\n' });
  const side2 = await commitFiles(tree, 'net: side2', { 'net/side.c': '2\n' });
  await git(tree, ['checkout', '--quiet', '--detach', a]);
  const b = await commitFiles(tree, 'net: b', { 'net/a.c': 'b\n' });
  await git(tree, ['merge', '--quiet', '--no-ff', '-m', 'Merge side', side2], { env: author });
  const merge = await git(tree, ['rev-parse', 'HEAD']);
  const d = await commitFiles(tree, 'net: d', { 'net/a.c': 'd\n' });
  await git(tree, ['branch', 'latest']);
  return { tree, base, a, b, side1, side2, merge, d };
}

test('the first bad commit is found on whatever branch it is', async (t) => {
  const { tree, base, ...commits } = await withMerge(t);
  const history = await commitHistory(tree, base, 'latest');
  const verdict = async (id: string, culprit: string): Promise<Verdict> => {
    const after = await git(tree, ['rev-list', id]);
    return after.split('\n').includes(culprit) ? { kind: 'bad', by: 'x', run: 1 } : { kind: 'good' };
  };

  for (const [name, culprit] of Object.entries(commits)) {
    const found = await bisect({ history, judge: ({ id }) => verdict(id, culprit), onEvent: () => undefined });

    t.deepEqual(
      found.map(({ id }) => id),
      [culprit],
      name,
    );
  }
  t.is(history.bad.subject, 'net: d');
  t.true(commits.d.startsWith(history.bad.name));
  t.is(history.good.position, 0);
});

test('a bisection leaves nothing in the git tree', async (t) => {
  const { tree, base } = await withMerge(t);
  const state = async () => [
    await git(tree, ['for-each-ref']),
    await git(tree, ['status', '--porcelain=v2', '--branch']),
  ];
  const before = await state();

  const history = await commitHistory(tree, base, 'latest');
  await bisect({
    history,
    judge: ({ position }) => Promise.resolve(position < 3 ? { kind: 'good' } : { kind: 'bad', by: 'x', run: 1 }),
    onEvent: () => undefined,
  });

  t.deepEqual(await state(), before);
});

test('a name that is no commit, and commits that are no history, are refused', async (t) => {
  const { tree, b, side2 } = await withMerge(t);

  await t.throwsAsync(commitHistory(tree, 'v9', 'latest'), { instanceOf: FlashError, message: /has no commit "v9"$/ });
  await t.throwsAsync(commitHistory(tree, b, side2), { instanceOf: FlashError, message: /BAD does not have GOOD$/ });
  await t.throwsAsync(commitHistory(tree, 'latest', 'latest'), { message: /are the same commit$/ });
});
