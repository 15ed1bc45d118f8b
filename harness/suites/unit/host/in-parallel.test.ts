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

test('what fails fails the whole, when what was begun has ended, and nothing is begun after it', async (t) => {
  const [begun, ended]: [number[], number[]] = [[], []];

  await t.throwsAsync(
    inParallel(
      [1, 2, 3, 4],
      async (item) => {
        begun.push(item);
        if (item === 2) throw new Error('two');
        for (let turn = 0; turn < 3; turn++) await nextTurn();
        ended.push(item);
      },
      2,
    ),
    { message: 'two' },
  );

  t.deepEqual(begun, [1, 2]);
  t.deepEqual(ended, [1]);
});
