import test from 'ava';
import type { ProgressEvent } from '../../../host/progress.js';
import { withoutSkips } from '../../selftests-suite.js';
import { addResults, failuresOf, formatTotals, type SuiteResult } from '../../suite.js';
import { readTap, watchResults } from '../../tap.js';

const streams: readonly { title: string; text: string; exitCode: number; totals: string }[] = [
  {
    title: 'passed, failed and skipped are counted apart',
    text: 'TAP version 13\nok 1 - a\nnot ok 2 - b\nok 3 - c # SKIP no KVM\n1..3\n',
    exitCode: 1,
    totals: '1 passed, 1 failed, 1 skipped',
  },
  {
    title: 'a stream without a plan is a failure',
    text: 'TAP version 13\nok 1 - a\n',
    exitCode: 0,
    totals: '1 passed, 1 failed, 0 skipped',
  },
  {
    title: 'a stream that ends before its plan is a failure',
    text: 'TAP version 13\n1..3\nok 1 - a\n',
    exitCode: 0,
    totals: '1 passed, 1 failed, 0 skipped',
  },
  {
    title: 'a bad exit after good tests is a failure',
    text: 'TAP version 13\nok 1 - a\n1..1\n',
    exitCode: 1,
    totals: '1 passed, 1 failed, 0 skipped',
  },
  { title: 'no output at all is a failure', text: '', exitCode: 1, totals: '0 passed, 1 failed, 0 skipped' },
];

for (const { title, text, exitCode, totals } of streams) {
  test(`counting tests: ${title}`, async (t) => {
    t.is(formatTotals(await readTap(text, exitCode)), totals);
  });
}

test('a run that ended early is told from one that planned more', async (t) => {
  const detail = async (text: string): Promise<string> => failuresOf(await readTap(text, 0))[0]?.detail ?? '';

  t.regex(await detail('TAP version 13\nok 1 - a\n'), /no plan/);
  t.regex(await detail('TAP version 13\n1..3\nok 1 - a\n'), /planned 3 tests and ran 1/);
});

test('a failed test is reported with its detail, and what went wrong comes first', async (t) => {
  const diagnostic = '  ---\n  name: AssertionError\n  message: two is not three\n  ...\n';

  const [failure] = failuresOf(await readTap(`TAP version 13\nnot ok 1 - it adds\n${diagnostic}1..1\n`, 1));

  t.is(failure?.title, 'it adds');
  t.is(failure?.detail, 'message: two is not three\nname: AssertionError');
});

test('a failed test without a detail is reported with the comments that led to it, and no others', async (t) => {
  const text =
    'TAP version 13\n1..3\n# RUN a\nok 1 a\n# RUN b\n# b.c:7: Expected 2 == 3\nnot ok 2 b\n# RUN c\nok 3 c\n';

  const failures = failuresOf(await readTap(text, 1, [0.1, 0.2, 0.3]));

  t.deepEqual(failures, [{ title: 'b', outcome: 'failed', seconds: 0.2, detail: '# RUN b\n# b.c:7: Expected 2 == 3' }]);
});

test('the sum of suites is what a run ends with', (t) => {
  const one: SuiteResult = {
    tests: [
      { title: 'a', outcome: 'passed' },
      { title: 'b', outcome: 'failed' },
    ],
  };
  const two: SuiteResult = {
    tests: [
      { title: 'c', outcome: 'passed' },
      { title: 'd', outcome: 'skipped' },
      { title: 'e', outcome: 'error' },
    ],
  };

  t.is(formatTotals(addResults([one, two])), '2 passed, 2 failed, 1 skipped');
});

test('a kernel selftest that is skipped counts as failed', async (t) => {
  const result = withoutSkips(await readTap('TAP version 13\n1..2\nok 1 a\nok 2 b # SKIP needs root\n', 0));

  t.is(formatTotals(result), '1 passed, 1 failed, 0 skipped');
  t.deepEqual(
    failuresOf(result).map(({ title, detail }) => [title, detail]),
    [['b', 'it was skipped, and may not be: needs root']],
  );
});

test('tests are counted while a stream comes, without those within others and without what is no result', (t) => {
  const text =
    'TAP version 13\nok 1 - a\n    ok 1 - within\nnot ok 2 - b\n  ---\n  message: ok 7\n  ...\nok, said the kernel\nok 3';
  const events: ProgressEvent[] = [];

  const { onLine, seconds } = watchResults('tests', (event) => void events.push(event));
  for (const line of text.split('\n')) onLine(line);

  t.deepEqual(events[0], { kind: 'phase', phase: 'tests', unit: 'tests' });
  t.deepEqual(
    events.slice(1).map((event) => event.kind === 'step' && event.done),
    [1, 2, 3],
  );
  t.is(seconds.length, 3);
});
