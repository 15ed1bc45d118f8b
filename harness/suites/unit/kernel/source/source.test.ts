import test from 'ava';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { FlashError } from '../../../../errors.js';
import { commitDirectory, git } from '../../../../kernel/git.js';
import { parseBase, type Base } from '../../../../kernel/source/base.js';
import { requireHash } from '../../../../kernel/source/download.js';
import { readRelease } from '../../../../kernel/source/release.js';
import { ensureSource, findSource, openSource } from '../../../../kernel/source/source.js';
import { run } from '../../../../process/run.js';
import { temporaryDir, tinyRepository, writeFiles } from '../../support/tiny-repository.js';

const base: Base = parseBase(
  JSON.stringify({
    name: '0.1',
    release: '0.1.5',
    tarball: { url: 'https://example.org/linux-0.1.5.tar.xz', sha256: 'a'.repeat(64) },
    compileSteps: { lean: 1, hold: 1, debug: 1 },
  }),
  'test',
);

const silent = (): void => undefined;

function makefile(release: string): string {
  const [version, patchlevel, sublevel] = release.split('.');
  return `VERSION = ${version}\nPATCHLEVEL = ${patchlevel}\nSUBLEVEL = ${sublevel}\nEXTRAVERSION = -x\n`;
}

/** A cache of its own and a source tree; tests that set FLASH_CACHE run one after the other. */
function withTree(t: ExecutionContext, release: string): string {
  const dir = temporaryDir(t);
  process.env['FLASH_CACHE'] = join(dir, 'cache');
  writeFiles(join(dir, 'linux'), { Makefile: makefile(release), 'net/a.c': 'int a;\n' });
  return join(dir, 'linux');
}

test.serial('a given tree is imported once and then found in the cache', async (t) => {
  const tree = withTree(t, '0.1.6');

  const first = await ensureSource(base, tree, silent);
  const found = await findSource(base, tree);
  const byDefault = await findSource(base, undefined);

  t.is(first.release, '0.1.6');
  t.deepEqual(found, first);
  t.deepEqual(byDefault, first);
});

test.serial('a given tree that changed is another source', async (t) => {
  const tree = withTree(t, '0.1.6');
  await ensureSource(base, tree, silent);

  writeFiles(tree, { 'net/a.c': 'int a, b;\n' });

  t.is(await findSource(base, tree), undefined);
});

test.serial('a tarball is unpacked into the same commit as the tree in it', async (t) => {
  const tree = withTree(t, '0.1.6');
  await run('tar', ['-cf', `${tree}.tar`, '-C', join(tree, '..'), 'linux']);

  const fromTree = await ensureSource(base, tree, silent);
  const fromTarball = await ensureSource(base, `${tree}.tar`, silent);

  t.is(fromTarball.baseCommit, fromTree.baseCommit);
  t.not(fromTarball.dir, fromTree.dir);
});

test.serial('the git data in a tarball are no part of the source', async (t) => {
  const tree = withTree(t, '0.1.6');
  const plain = await ensureSource(base, tree, silent);
  await commitDirectory(tree, 'a history of its own');
  await run('tar', ['-cf', `${tree}.tar`, '-C', join(tree, '..'), 'linux']);

  const fromTarball = await ensureSource(base, `${tree}.tar`, silent);

  t.is(fromTarball.baseCommit, plain.baseCommit);
});

const refused: readonly { title: string; release: string; pattern: RegExp }[] = [
  { title: 'older than the pinned release', release: '0.1.4', pattern: /0\.1\.4, older than the pinned 0\.1\.5/ },
  { title: 'of another base', release: '0.2.9', pattern: /no release of base 0\.1/ },
];

for (const { title, release, pattern } of refused) {
  test.serial(`a source ${title} is refused and leaves nothing in the cache`, async (t) => {
    const tree = withTree(t, release);

    const error = await t.throwsAsync(ensureSource(base, tree, silent), { instanceOf: FlashError });

    t.is(error?.kind, 'badSource');
    t.regex(error?.message ?? '', pattern);
    t.deepEqual(readdirSync(join(process.env['FLASH_CACHE'] ?? '', 'sources', '0.1')), []);
  });
}

test.serial('a source that does not exist is named', async (t) => {
  withTree(t, '0.1.6');

  const error = await t.throwsAsync(findSource(base, '/no/such/tree'), { instanceOf: FlashError });

  t.regex(error?.message ?? '', /\/no\/such\/tree/);
});

test.serial('a half-written source directory is made again', async (t) => {
  const tree = withTree(t, '0.1.6');
  const { dir } = await ensureSource(base, tree, silent);
  rmSync(join(dir, 'source.json'));
  rmSync(join(dir, 'flash', 'tree', 'net', 'a.c'));

  t.is(await findSource(base, tree), undefined);
  const again = await ensureSource(base, tree, silent);

  t.true(existsSync(join(again.repository, 'net', 'a.c')));
});

test.serial('what a killed run left in the cache is removed', async (t) => {
  const tree = withTree(t, '0.1.6');
  const sources = join(process.env['FLASH_CACHE'] ?? '', 'sources', '0.1');
  mkdirSync(join(sources, '.tmp-1-abc', 'raw'), { recursive: true });

  await ensureSource(base, tree, silent);

  t.deepEqual(
    readdirSync(sources).filter((name) => name.startsWith('.')),
    [],
  );
});

test('a source whose git tree is gone is not trusted', async (t) => {
  const { dir, baseCommit } = await tinyRepository(t, { Makefile: makefile('0.1.6') });
  writeFileSync(join(dir, 'source.json'), JSON.stringify({ title: 'x', release: '0.1.6', baseCommit }));
  t.truthy(openSource(dir));

  renameSync(join(dir, 'flash', 'tree', '.git'), join(dir, 'elsewhere'));

  t.is(openSource(dir), undefined);
});

test('files that git would ignore are part of an imported tree', async (t) => {
  const { repository } = await tinyRepository(t, { Makefile: makefile('0.1.6'), '.gitignore': '*.o\n', 'a.o': 'x' });

  t.regex(await git(repository, ['ls-files']), /a\.o/);
});

test('a directory that is no kernel tree is refused', (t) => {
  t.is(t.throws(() => readRelease(temporaryDir(t)), { instanceOf: FlashError }).kind, 'badSource');
});

test('a download with another hash than the pinned one is refused', async (t) => {
  const path = join(temporaryDir(t), 'linux.tar.xz');
  writeFileSync(path, 'not the kernel');

  const error = await t.throwsAsync(requireHash(path, 'a'.repeat(64), 'linux.tar.xz'), { instanceOf: FlashError });

  t.is(error?.kind, 'badSource');
  t.is(readFileSync(path, 'utf8'), 'not the kernel');
});
