import test from 'ava';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../../../errors.js';
import { repositoryRoot } from '../../../host/repository.js';
import { loadBase } from '../../../kernel/source/base.js';
import { GuestTimeout, type GuestPhase } from '../../../machine/guest/guest-timeout.js';
import { deadlineAfter } from '../../../mutants/control.js';
import { findKill, onlyOf, type Kill, type KillingSuite } from '../../../mutants/kill.js';
import { readMutants, readNoticedBy } from '../../../mutants/mutants.js';
import { modelsFor } from '../../../nics/models-for.js';
import { nicModels } from '../../../nics/model.js';
import { testHung } from '../../ava.js';
import { addResults, type SuiteResult } from '../../suite.js';
import { readTap } from '../../tap.js';

const passed: SuiteResult = { tests: [{ title: 'it boots', outcome: 'passed' }] };
const failed = (title: string, detail: string): SuiteResult =>
  addResults([passed, { tests: [{ title, outcome: 'failed', detail }] }]);
const outcomes: readonly {
  readonly title: string;
  readonly outcome: SuiteResult | Error;
  readonly kill: Kill | undefined;
}[] = [
  { title: 'a suite that passes kills nothing', outcome: passed, kill: undefined },
  {
    title: 'a test that fails kills',
    outcome: failed('frames come back', '0 and not 5'),
    kill: { by: 'KUnit: frames come back', timedOut: false },
  },
  {
    title: 'a kernel warning kills',
    outcome: new FlashError('kernelSplat', 'WARNING: xsk.c', { logTail: 'a trace' }),
    kill: { by: 'KUnit: flash: WARNING: xsk.c', timedOut: false },
  },
  {
    title: 'a guest that dies kills',
    outcome: new FlashError('guest', 'the guest died'),
    kill: { by: 'KUnit: flash: the guest died', timedOut: false },
  },
  {
    title: 'a guest whose time runs out kills, and that is said',
    outcome: new GuestTimeout('boot', 600_000),
    kill: { by: 'KUnit did not end in 600 s', timedOut: true },
  },
  {
    title: 'a test that hangs kills, and that is said',
    outcome: failed('the test run itself', `it bailed out: ${testHung}\nok 1`),
    kill: { by: `KUnit: ${testHung}`, timedOut: true },
  },
];

for (const { title, outcome, kill } of outcomes) {
  test(`killing mutants: ${title}`, async (t) => {
    const run = async (): Promise<SuiteResult> => {
      if (outcome instanceof Error) throw outcome;
      return outcome;
    };

    t.deepEqual(await findKill('KUnit', run), kill);
  });
}

test('a deadline is named for what did not end', async (t) => {
  const by = async (suite: KillingSuite, phase: GuestPhase): Promise<string | undefined> =>
    (await findKill(suite, () => Promise.reject(new GuestTimeout(phase, 60_000))))?.by;

  t.is(await by('guest', 'boot'), 'guest did not boot in 60 s');
  t.is(await by('ixgbe', 'boot'), 'ixgbe did not boot in 60 s');
  t.is(await by('guest', 'command'), 'guest did not end in 60 s');
  t.is(await by('KUnit', 'power-off'), 'KUnit did not power off in 60 s');
});

test('a machine that lacks something kills no mutant', async (t) => {
  const broken = new FlashError('missingTool', 'virtme-ng is not installed');

  t.is(await t.throwsAsync(findKill('KUnit', () => Promise.reject(broken))), broken);
});

test('tests that cannot be loaded kill no mutant', async (t) => {
  const tap = 'TAP version 13\nnot ok 1 - AggregateError\n1..0\n# tests 0\n# fail 1\n';

  const { kind } = (await t.throwsAsync(findKill('guest', () => readTap(tap, 1)))) as FlashError;

  t.is(kind, 'infrastructure');
});

test("a mutant has five times the control's time, at least a minute and at most what the control had", (t) => {
  t.deepEqual([2, 12, 40.5, 130].map(deadlineAfter), [60_000, 60_000, 203_000, 600_000]);
});

test('a mutant in the folder of a NIC is named after it and shows on it, others need none', (t) => {
  for (const base of ['6.12', '7.3']) {
    const nicOf = new Map(readMutants([], loadBase(base)).map(({ name, nic }) => [name, nic]));

    t.is(nicOf.get('skip-validation'), undefined);
    for (const nic of nicModels)
      t.is(
        [...nicOf].some(([name, of]) => of === nic && name.startsWith(`${nic}/`)),
        modelsFor(base).includes(nic),
        `${nic} on ${base}`,
      );
  }
  t.like(
    t.throws(() => readMutants(['ixgbe/nothing'])),
    { message: 'there is no mutant ixgbe/nothing' },
  );
});

test('a mutant in the folder hold shows to tests that hold contexts, and no other does', (t) => {
  const mutants = readMutants();

  t.true(mutants.some(({ takesHolds }) => takesHolds));
  t.deepEqual(
    mutants.filter(({ name, takesHolds }) => takesHolds !== name.startsWith('hold/')),
    [],
  );
});

test('a mutant names the test that is to notice it, over several lines and hyphens or not at all', (t) => {
  const named = 'To be noticed by "a source goes\non" (held-carry.test.ts).\nOnly there.';

  t.is(readNoticedBy(named), 'a source goes on');
  t.is(readNoticedBy('To be noticed by "a source goes on" (held-\ncarry.test.ts)'), 'a source goes on');
  t.is(readNoticedBy('To be noticed by "xskq_room" (xsk_queue_test.c).'), undefined);
  t.is(readNoticedBy('It says nothing.'), undefined);
});

/**
 * Whether a title of a test, as it is in the source, begins so. Anything may be substituted, but what is before
 * it has to tell the test from others, or all the rest has to be named.
 */
function mayBegin(title: string, beginning: string): boolean {
  const fixed = title.split(/\$\{[^}]*\}/);
  const [first = ''] = fixed;
  if (first.startsWith(beginning)) return true;
  if (fixed.length === 1) return false;
  const whole = fixed.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('.*');
  return (first.length >= 12 && beginning.startsWith(first)) || new RegExp(`^${whole}$`).test(beginning);
}

test('the test that a mutant names is in a suite that runs on its kernel', (t) => {
  const tests = join(repositoryRoot, 'harness', 'suites', 'guest');
  const imported = (entry: string): readonly string[] =>
    [...readFileSync(join(tests, `${entry}.ts`), 'utf8').matchAll(/^import '\.\/([^/\s]+)\.js'/gm)].flatMap(
      ([, file = '']) => (file.endsWith('.test') ? [`${file}.ts`] : imported(file)),
    );
  const run = {
    any: imported('all-tests'),
    hold: imported('hold-tests'),
    nic: imported('nic-tests-several-buffers'),
  };

  const titlesIn = (file: string): readonly string[] =>
    [...readFileSync(join(tests, file), 'utf8').matchAll(/(['"`])((?:(?!\1).){12,})\1/g)].map(
      ([, , text = '']) => text,
    );
  const titles = new Map([...new Set(Object.values(run).flat())].map((file) => [file, titlesIn(file)]));

  const elsewhere = readMutants().flatMap(({ name, path, nic, takesHolds, noticedBy }) => {
    const named = /^To be noticed by\s+"[^"]+"\s+\(([\w\s.-]+\.test\.ts)\)/m.exec(readFileSync(path, 'utf8'))?.[1];
    const file = named?.replace(/\s/g, '');
    const files = run[nic !== undefined ? 'nic' : takesHolds ? 'hold' : 'any'];
    if (file === undefined || noticedBy === undefined) return [];
    if (!files.includes(file)) return [`${name}: ${file}`];
    return titles.get(file)?.some((title) => mayBegin(title, noticedBy)) ? [] : [`${name}: ${noticedBy}`];
  });

  t.true(Object.values(run).every((files) => files.length > 0));
  t.deepEqual(elsewhere, []);
});

test('a named test that does not exist kills nothing, one that hangs does', (t) => {
  const missing = failed('the test run itself', 'no tests matched');
  const hung = failed('the test run itself', `it bailed out: ${testHung}`);
  const noticed = failed('frames come back, by interrupts', '0 and not 5');

  t.deepEqual(onlyOf('frames come back', missing).tests, []);
  t.is(onlyOf('frames come back', hung).tests.length, 1);
  t.is(onlyOf('frames come back', noticed).tests.length, 1);
});

test('a base has its own text of a mutant, and is without those that break what it does not need', (t) => {
  const pathOf = (base: string, name: string): string | undefined =>
    readMutants([], loadBase(base)).find((mutant) => mutant.name === name)?.path;
  const dir = join(repositoryRoot, 'kernel');

  t.is(pathOf('7.3', 'charge-nobody'), join(dir, 'bases/7.3/mutants/charge-nobody.patch'));
  t.is(pathOf('6.12', 'charge-nobody'), join(dir, 'mutants/charge-nobody.patch'));
  t.is(pathOf('7.3', 'accept-any-index'), join(dir, 'mutants/accept-any-index.patch'));
  t.is(pathOf('7.3', 'mlx5/poll-what-is-closed'), undefined);
  t.truthy(pathOf('6.12', 'mlx5/poll-what-is-closed'));
});
