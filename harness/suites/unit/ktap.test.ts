import test from 'ava';
import { parseKtap } from '../../machine/guest/ktap.js';

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
  const { passed, failed, skipped, problems } = parseKtap(onConsole(report));

  t.deepEqual({ passed, failed, skipped, problems }, { passed: 3, failed: 1, skipped: 1, problems: [] });
});

test('other kernel lines in between do no harm', (t) => {
  const mixed = onConsole(report).replaceAll('\n', '\n[    1.300000] clocksource: tsc: mask\nprogram output\n');

  const { passed, problems, lines } = parseKtap(mixed);

  t.deepEqual({ passed, problems }, { passed: 3, problems: [] });
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
