import test from 'ava';
import { FlashError } from '../../../errors.js';
import { findKill } from '../../../mutants/kill.js';
import { readTap } from '../../tap.js';

test('a test that fails is a kill, and says which', async (t) => {
  const kill = await findKill('guest', () => readTap('TAP version 13\nok 1 - it goes\nnot ok 2 - it comes\n1..2\n', 1));

  t.deepEqual(kill, { by: 'guest: it comes', timedOut: false });
});

test('tests that cannot be loaded are no kill', async (t) => {
  const tap =
    'TAP version 13\nnot ok 1 - AggregateError\n  ---\n    name: AggregateError\n  ...\n1..0\n# tests 0\n# fail 1\n';

  const error = await t.throwsAsync(
    findKill('guest', () => readTap(tap, 1)),
    { instanceOf: FlashError },
  );

  t.is(error.kind, 'infrastructure');
});
