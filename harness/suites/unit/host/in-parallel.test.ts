import { availableParallelism } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import test from 'ava';
import { inParallel } from '../../../host/in-parallel.js';

test('no more work is done at a time than there are processors, and results are in the order of the items', async (t) => {
  const items = Array.from({ length: 4 * availableParallelism() }, (_, index) => index);
  let [running, most] = [0, 0];

  const results = await inParallel(items, async (item) => {
    most = Math.max(most, ++running);
    // The first ones take longest.
    for (let turn = item; turn < items.length; turn++) await nextTurn();
    running--;
    return 10 * item;
  });

  t.deepEqual(
    results,
    items.map((item) => 10 * item),
  );
  t.is(most, availableParallelism());
});

test('no more work is done at a time than is asked for', async (t) => {
  let [running, most] = [0, 0];

  await inParallel(
    [1, 2, 3, 4, 5],
    async () => {
      most = Math.max(most, ++running);
      await nextTurn();
      running--;
    },
    3,
  );

  t.is(most, 3);
});

test('what fails fails the whole', async (t) => {
  await t.throwsAsync(
    inParallel([1, 2, 3], async (item) => {
      if (item === 2) throw new Error('two');
    }),
    { message: 'two' },
  );
});
