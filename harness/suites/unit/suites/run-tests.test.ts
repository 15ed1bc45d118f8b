import test from 'ava';
import { FlashError } from '../../../errors.js';
import type { Machine } from '../../../machine/machine.js';
import { runTests } from '../../guest-suite.js';
import { runSuite } from '../../run-suites.js';

/** A machine that fails after it has printed some lines of TAP. */
const failing = (lines: readonly string[]): Machine => ({
  run(_command, onEvent) {
    onEvent?.({ kind: 'start', place: 'nowhere', accel: 'native' });
    for (const line of lines)
      onEvent?.({
        ...{ kind: 'output', stream: 'stdout' },
        text: `${JSON.stringify({ kind: 'event', event: { line } })}\n`,
      });
    return Promise.reject(new FlashError('guest', 'the guest was ended after 1 h'));
  },
});

const runOn = (machine: Machine) =>
  runSuite({ name: 'cut-off', run: () => runTests('tests', machine, {}) }, { config: 'lean' });

test('tests that had ended when their machine failed keep their results, and the failure is an error', async (t) => {
  const { tests } = await runOn(failing(['TAP version 13', 'ok 1 - one', 'not ok 2 - two', 'ok 3 - three # SKIP']));

  t.deepEqual(
    tests.map(({ title, outcome }) => [title, outcome]),
    [
      ['one', 'passed'],
      ['two', 'failed'],
      ['three', 'skipped'],
      ['the suite cut-off runs', 'error'],
    ],
  );
  t.regex(tests.at(-1)?.detail ?? '', /ended after 1 h[\s\S]*after the test "three" had ended/);
});

test('a machine that fails before a test has said anything is an error alone', async (t) => {
  const { tests } = await runOn(failing([]));

  t.deepEqual(
    tests.map(({ outcome, detail }) => [outcome, detail]),
    [['error', 'flash: the guest was ended after 1 h']],
  );
});
