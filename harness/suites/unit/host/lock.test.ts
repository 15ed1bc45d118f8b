import test from 'ava';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../../../errors.js';
import { withLock } from '../../../host/lock.js';
import { temporaryDir } from '../support/tiny-repository.js';

test('a lock in use is busy and says who holds it', async (t) => {
  const dir = temporaryDir(t);

  const error = await withLock(dir, 'building 6.12', () =>
    t.throwsAsync(
      withLock(dir, 'another', async () => undefined),
      { instanceOf: FlashError },
    ),
  );

  t.is(error?.kind, 'busy');
  t.regex(error?.message ?? '', new RegExp(`process ${process.pid} \\(building 6\\.12`));
});

test('a lock is free again after its work failed', async (t) => {
  const dir = temporaryDir(t);
  await t.throwsAsync(
    withLock(dir, 'first', () => Promise.reject(new Error('broken'))),
    { message: 'broken' },
  );

  t.is(await withLock(dir, 'second', async () => 'done'), 'done');
});

test('a lock whose holder is dead is taken over', async (t) => {
  const dir = temporaryDir(t);
  const noProcess = 2 ** 22 + 1;
  mkdirSync(join(dir, '.lock'));
  writeFileSync(join(dir, '.lock-owner.json'), JSON.stringify({ pid: noProcess, purpose: 'x', since: 'then' }));

  t.is(await withLock(dir, 'second', async () => 'done'), 'done');
});

test('who released a lock is not taken for its next holder', async (t) => {
  const dir = temporaryDir(t);
  await withLock(dir, 'first', async () => undefined);
  t.deepEqual(readdirSync(dir), []);
});
