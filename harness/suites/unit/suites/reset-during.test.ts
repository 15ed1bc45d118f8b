import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { waitUntil } from '../../../process/wait-until.js';
import { resetDuring } from '../../reset-during.js';
import { temporaryDir } from '../support/tiny-repository.js';

type Run = Parameters<typeof resetDuring>[0];

/** Tests that say these lines and go on for ever, or end after them. */
const saying =
  (lines: readonly string[], end: boolean): Run =>
  async (onLine) => {
    lines.forEach(onLine);
    if (!end) await new Promise(() => undefined);
  };

test('a machine is reset when a test has passed, and in its second life it goes on', async (t) => {
  const [marker, button] = ['marker', 'button'].map((name) => join(temporaryDir(t), name)) as [string, string];

  void resetDuring(saying(['not ok 1 - first', 'ok 2 - second', 'ok 3 - third'], false), { marker, button });
  await waitUntil(() => existsSync(button), { what: 'the reset', deadlineMs: 10_000 });
  t.is(readFileSync(button, 'utf8'), 'b\n');
  t.true(existsSync(marker));

  await t.notThrowsAsync(resetDuring(() => t.fail('it is not to run again here') as never, { marker, button }));
});

test('a machine whose tests end without one that passed is not reset, and shows them', async (t) => {
  const [marker, button] = ['marker', 'button'].map((name) => join(temporaryDir(t), name)) as [string, string];

  await t.throwsAsync(resetDuring(saying(['not ok 1 - first'], true), { marker, button }), {
    message: /not ok 1 - first/,
  });

  t.false(existsSync(button));
});
