import test from 'ava';
import { parseKtap } from '../../../../machine/guest/ktap.js';

const report = `
KTAP version 1
1..2
    KTAP version 1
    # Subtest: xsk_queue
    # module: xsk_queue_test
    1..3
    ok 1 wraps at u32
        KTAP version 1
        # Subtest: producers
        ok 1 two
        ok 2 four
    # producers: pass:2 fail:0 skip:0 total:2
    ok 2 producers
    ok 3 slow # SKIP too slow here
# xsk_queue: pass:2 fail:0 skip:1 total:3
ok 1 xsk_queue
    KTAP version 1
    # Subtest: other
    1..1
    not ok 1 breaks
not ok 2 other
`;

const onConsole = (text: string): string => text.trim().replace(/^/gm, '[    1.234567] ');

test('test cases are counted, suites and tables are not', (t) => {
  const { tests, problems } = parseKtap(onConsole(report));

  t.deepEqual(
    tests.map(({ title, outcome }) => [title, outcome]),
    [
      ['xsk_queue.wraps at u32', 'passed'],
      ['xsk_queue.producers.two', 'passed'],
      ['xsk_queue.producers.four', 'passed'],
      ['xsk_queue.slow', 'skipped'],
      ['other.breaks', 'failed'],
    ],
  );
  t.deepEqual(problems, []);
});

test('a skip has its reason, a failure what led to it, and each test its time by the clock of the kernel', (t) => {
  const { tests } = parseKtap(`
[    1.000000] KTAP version 1
[    1.000000] 1..2
[    1.250000] ok 1 slow # SKIP too slow here
[    1.250000] # b.c:7: Expected 2 == 3
[    1.500000] not ok 2 breaks`);

  t.deepEqual(tests, [
    { title: 'slow', outcome: 'skipped', detail: 'too slow here', seconds: 0.25 },
    {
      title: 'breaks',
      outcome: 'failed',
      detail: 'KTAP version 1\n1..2\nok 1 slow # SKIP too slow here\n# b.c:7: Expected 2 == 3\nnot ok 2 breaks',
      seconds: 0.25,
    },
  ]);
});

test('other kernel lines in between do no harm', (t) => {
  const mixed = onConsole(report).replaceAll('\n', '\n[    1.300000] clocksource: tsc: mask\nprogram output\n');

  const { tests, problems, lines } = parseKtap(mixed);

  t.deepEqual({ tests: tests.length, problems }, { tests: 5, problems: [] });
  t.false(lines.some((line) => line.includes('clocksource')));
});

test('a console without a report is a problem', (t) => {
  t.deepEqual(parseKtap(onConsole('nothing here')).problems, ['no KTAP report on the console']);
});

test('a report that stops early is a problem', (t) => {
  const cut = onConsole(report.slice(0, report.indexOf('ok 3 slow')));

  t.deepEqual(parseKtap(cut).problems, ['2 results were planned and 0 came', '3 results were planned and 2 came']);
});

test('a missing plan is a problem', (t) => {
  const { problems } = parseKtap(onConsole('KTAP version 1\nok 1 lonely'));

  t.deepEqual(problems, ['a list of results has no plan']);
});
