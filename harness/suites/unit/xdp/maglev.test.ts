import test from 'ava';
import { maglevSize, maglevTable } from '../../../xdp/maglev.js';

const count = (table: readonly number[], replica: number): number => table.filter((each) => each === replica).length;

test('every replica gets as many entries of the table', (t) => {
  const table = maglevTable([0, 1, 2, 5]);

  t.is(table.length, maglevSize);
  for (const replica of [0, 1, 2, 5]) t.true(Math.abs(count(table, replica) - maglevSize / 4) < 1, `${replica}`);
});

test('few entries move when a replica goes, besides its own', (t) => {
  const [before, after] = [maglevTable([0, 1, 2, 3, 4]), maglevTable([0, 1, 3, 4])];

  const moved = before.filter((replica, slot) => replica !== 2 && after[slot] !== replica).length;

  t.true(moved < maglevSize / 20, `${moved} of ${maglevSize}`);
  t.is(count(after, 2), 0);
});

test('without replicas the table is empty', (t) => {
  t.deepEqual(maglevTable([]), []);
});
