import test from 'ava';
import type { NicPart } from '../../../commands/test/nic-parts.js';
import { runOnNics, type NicsRun } from '../../../commands/test/run-on-nics.js';
import { FlashError } from '../../../errors.js';

const kernel = { image: '/boot/ours', release: '6.12.34-flash' };

/** A part that does not boot anything: it gives the same on every model, or fails. */
const part = (name: string, run: NicPart['run']): NicPart => ({ name, what: name, run });
const passing = part('patched', ({ nic, image }) =>
  Promise.resolve({ tests: [{ title: `${nic} with ${image}`, outcome: 'passed' }] }),
);
const broken = part('demo', () => Promise.reject(new FlashError('kernelSplat', 'the kernel printed a warning')));

const run = (options: Pick<NicsRun, 'parts' | 'models'> & Partial<NicsRun>) =>
  runOnNics({ options: { failFast: false }, kernel: () => Promise.resolve(kernel), ...options });

test('every part runs on every model, and one that cannot run does not stop the others', async (t) => {
  const runs = await run({ parts: [broken, passing], models: ['ice', 'mlx5'] });

  t.deepEqual(
    runs.map(({ name, tests }) => [name, tests[0]?.outcome, tests[0]?.title]),
    [
      ['ice demo', 'error', 'the suite ice demo runs'],
      ['ice patched', 'passed', 'ice with /boot/ours'],
      ['mlx5 demo', 'error', 'the suite mlx5 demo runs'],
      ['mlx5 patched', 'passed', 'mlx5 with /boot/ours'],
    ],
  );
});
