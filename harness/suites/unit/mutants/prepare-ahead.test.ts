import test from 'ava';
import { prepareAhead } from '../../../mutants/prepare-ahead.js';

/** Prepares an item when it is told to, and keeps what happened in order. */
function preparation(log: string[]) {
  const finish = new Map<string, (error?: Error) => void>();
  const prepare = (item: string): Promise<string> => {
    log.push(`begin ${item}`);
    return new Promise((resolve, reject) => {
      finish.set(item, (error) => {
        log.push(`end ${item}`);
        if (error === undefined) resolve(item.toUpperCase());
        else reject(error);
      });
    });
  };
  return { prepare, finish };
}

test('the next item is prepared while one is worked on, and no other', async (t) => {
  const log: string[] = [];
  const { prepare, finish } = preparation(log);
  const items = prepareAhead(['a', 'b', 'c'], prepare);

  const first = items.next();
  finish.get('a')?.();

  t.deepEqual((await first).value, ['a', 'A']);
  t.deepEqual(log, ['begin a', 'end a', 'begin b']);

  finish.get('b')?.();
  t.deepEqual((await items.next()).value, ['b', 'B']);
  t.deepEqual(log.slice(3), ['end b', 'begin c']);
  finish.get('c')?.();
  t.deepEqual((await items.next()).value, ['c', 'C']);
  t.true((await items.next()).done);
});

test('what cannot be prepared is told when its turn comes, after the one before it', async (t) => {
  const { prepare, finish } = preparation([]);
  const items = prepareAhead(['a', 'b', 'c'], prepare);
  const first = items.next();
  finish.get('a')?.();
  await first;

  finish.get('b')?.(new Error('b does not build'));

  await t.throwsAsync(() => items.next(), { message: 'b does not build' });
  t.true((await items.next()).done);
});

test('who leaves early waits for what is being prepared', async (t) => {
  const log: string[] = [];
  const { prepare, finish } = preparation(log);
  const items = prepareAhead(['a', 'b', 'c'], prepare);
  const first = items.next();
  finish.get('a')?.();
  await first;

  const left = items.return();
  finish.get('b')?.();
  await left;

  t.deepEqual(log, ['begin a', 'end a', 'begin b', 'end b']);
});

test('nothing is prepared for no items', async (t) => {
  const { prepare } = preparation([]);

  t.true((await prepareAhead([], prepare).next()).done);
});
