import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { NicPart } from '../../../commands/test/nic-parts.js';
import { runOnNics, type NicsRun } from '../../../commands/test/run-on-nics.js';
import { FlashError } from '../../../errors.js';
import { temporaryDir, writeFiles } from '../support/tiny-repository.js';

const kernel = { image: '/boot/ours', release: '6.12.34-flash' };

/** A part that does not boot anything: it gives the same on every model, or fails. */
const part = (name: string, run: NicPart['run']): NicPart => ({ name, what: name, run });
const passing = part('patched', ({ nic, image }) =>
  Promise.resolve({ tests: [{ title: `${nic} with ${image}`, outcome: 'passed' }] }),
);
const broken = part('demo', () => Promise.reject(new FlashError('kernelSplat', 'the kernel printed a warning')));

function withTable(t: ExecutionContext): { readonly table: string; readonly rows: () => string[] } {
  const dir = temporaryDir(t);
  writeFiles(dir, { 'nics.md': '# NICs\n<!-- table -->\n<!-- end of table -->\n' });
  const table = join(dir, 'nics.md');
  const rows = (): string[] => readFileSync(table, 'utf8').match(/^\| *(patched|reset|demo|kernel) .*$/gm) ?? [];
  return { table, rows: () => rows().map((row) => row.replace(/ +/g, ' ')) };
}

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

test('a run writes the cells of its models and parts, and no others', async (t) => {
  const { table, rows } = withTable(t);

  const runs = await run({ parts: [passing], models: ['ice'], table });

  t.deepEqual(
    runs.map(({ name, tests }) => [name, tests[0]?.title]),
    [['ice patched', 'ice with /boot/ours']],
  );
  t.deepEqual(rows(), [
    '| patched | - | - | 1 passed | - | - | - |',
    '| reset | - | - | - | - | - | - |',
    '| demo | - | - | - | - | - | - |',
    '| kernel | - | - | 6.12.34-flash | - | - | - |',
  ]);
  t.true(readFileSync(table, 'utf8').includes(runs[0]?.started.toISOString().slice(0, 10) ?? 'nothing'));
});

test('a part that cannot run is an error in its cell, and the others get their turn', async (t) => {
  const { table, rows } = withTable(t);

  await run({ parts: [broken, passing], models: ['ice', 'mlx5'], table });

  t.like(rows(), {
    0: '| patched | - | - | 1 passed | 1 passed | - | - |',
    2: '| demo | - | - | 1 error | 1 error | - | - |',
  });
});

test('a part that has ended is in a table that is whole, whatever comes of the others', async (t) => {
  const { table, rows } = withTable(t);
  let atNext: string | undefined;
  const looking = part('reset', () => {
    atNext = rows()[0];
    return Promise.resolve({ tests: [] });
  });

  await run({ parts: [passing, looking], models: ['ice'], table, atOnce: 1 });

  t.is(atNext, '| patched | - | - | 1 passed | - | - | - |');
});

test('what others would show in is run when they have ended, one at a time', async (t) => {
  const order: string[] = [];
  let running = 0;
  const watched = (name: string): NicPart =>
    part(name, async ({ nic }) => {
      order.push(`${nic} ${name}, ${++running} at once`);
      await nextTurn();
      running--;
      return { tests: [] };
    });

  await run({
    parts: [{ ...watched('instructions'), alone: true }, watched('demo')],
    models: ['ice', 'mlx5'],
    atOnce: 2,
  });

  t.deepEqual(order, [
    'ice demo, 1 at once',
    'mlx5 demo, 2 at once',
    'ice instructions, 1 at once',
    'mlx5 instructions, 1 at once',
  ]);
});

test('what a part takes is built once, before anything runs, and without it the part is an error', async (t) => {
  const done: string[] = [];
  const preparing = { ...passing, prepare: async () => void done.push('built') };
  const unbuilt = { ...part('reset', passing.run), prepare: () => Promise.reject(new Error('no compiler')) };
  const watched = part('demo', async () => {
    done.push('ran');
    return { tests: [] };
  });

  const runs = await run({ parts: [watched, preparing, unbuilt], models: ['ice', 'mlx5'] });

  t.deepEqual(done, ['built', 'ran', 'ran']);
  t.deepEqual(
    runs.map(({ name, tests }) => [name, tests[0]?.outcome]),
    ['ice', 'mlx5'].flatMap((nic) => [
      [`${nic} demo`, undefined],
      [`${nic} patched`, 'passed'],
      [`${nic} reset`, 'error'],
    ]),
  );
});

test('what stands in a table from before stays if only other cells are asked for', async (t) => {
  const { table, rows } = withTable(t);
  await run({ parts: [passing], models: ['ixgbe'], table });

  await run({ parts: [part('reset', passing.run)], models: ['ixgbe', 'mlx5'], table });

  t.like(rows(), {
    0: '| patched | 1 passed | - | - | - | - | - |',
    1: '| reset | 1 passed | - | - | 1 passed | - | - |',
  });
});

test('a document without a table is refused before anything runs', async (t) => {
  const dir = temporaryDir(t);
  writeFiles(dir, { 'nics.md': '# NICs\n' });
  let ran = false;
  const watched = part('patched', () => {
    ran = true;
    return Promise.resolve({ tests: [] });
  });

  const asked = run({ parts: [watched], models: ['ice'], table: join(dir, 'nics.md') });

  await t.throwsAsync(asked, { message: /has no table/ });
  t.false(ran);
});
