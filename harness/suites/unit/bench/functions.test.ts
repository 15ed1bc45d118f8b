import test from 'ava';
import { functionHead, functionRows } from '../../../bench/functions/measure-functions.js';

test('each function has a row with the smaller of two measurements, and what was not measured has none', (t) => {
  const cost = { forwarder: 'c', batch: 8, instructions: [1250.4, 1240.6] } as const;

  const rows = functionRows([cost]);

  t.deepEqual(functionHead, ['forwarded by', '1 at once', '8 at once', '64 at once']);
  t.deepEqual(rows[1], ['l2fwd in C', '-', '1241', '-']);
  t.deepEqual(rows[2], ['l2fwd in Rust', '-', '-', '-']);
});
