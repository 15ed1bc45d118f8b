import test from 'ava';
import { FlashError } from '../../../errors.js';
import { readSpin } from '../../../prove/spin/run-spin.js';

test('a model in which nothing is violated has its states counted', (t) => {
  t.deepEqual(readSpin('State-vector 288 byte, depth reached 182, errors: 0\n  4035263 states, stored\n'), {
    states: 4035263,
  });
});

test('what is violated is read', (t) => {
  const said = 'pan:1: assertion violated (seen[x]==1) (at depth 161)\n      123 states, stored\n';

  t.deepEqual(readSpin(said), { states: 123, violated: '(seen[x]==1)' });
});

for (const said of [
  '',
  'error: max search depth too small\n   12 states, stored\n',
  'pan: out of memory\n 12 states, stored',
]) {
  test(`a verifier that did not come to its end proves nothing (${said.slice(0, 20).trim() || 'no output'})`, (t) => {
    t.throws(() => readSpin(said), { instanceOf: FlashError });
  });
}
