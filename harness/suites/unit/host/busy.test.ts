import { cpus } from 'node:os';
import test from 'ava';
import { measureBusy } from '../../../host/busy.js';
import { attempt } from '../../../process/run.js';

test('a program that spins is seen, and no more than all processors are busy', async (t) => {
  const spinning = attempt('sh', ['-c', 'while :; do :; done'], { timeoutMs: 2000 });

  const busy = await measureBusy(1000);
  await spinning;

  t.true(busy > 0.4 / cpus().length, `${busy}`);
  t.true(busy <= 1);
});
