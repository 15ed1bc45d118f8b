import test from 'ava';
import { failuresOf } from '../../suite.js';
import { compare, judge, parseTest, parseTestList, summarize, withAgain } from '../../../parity/xskxceiver-output.js';

test('the list of tests is read by number and name', (t) => {
  t.deepEqual(parseTestList('# Totals: pass:0\nTests:\n0: SEND_RECEIVE\n12: POLL_RX\n'), [
    { number: 0, name: 'SEND_RECEIVE' },
    { number: 12, name: 'POLL_RX' },
  ]);
});

test('a test passes, fails or is skipped, and one that says nothing failed', (t) => {
  t.is(parseTest('1..1\nok 1 PASS: SKB SEND_RECEIVE\n# Totals: pass:1\n'), 'pass');
  t.is(parseTest('not ok 1 FAIL: SKB SEND_RECEIVE\n'), 'fail');
  t.is(parseTest('ok 1 # SKIP No huge pages present.\n'), 'skip');
  t.is(parseTest('Segmentation fault\n'), 'fail');
});

test('kernels differ if a test ends differently, or is missing', (t) => {
  const vanilla = [
    { mode: 'skb', test: 'A', results: ['pass'] },
    { mode: 'skb', test: 'B', results: ['fail', 'pass'] },
    { mode: 'drv', test: 'A', results: ['fail', 'fail', 'fail'] },
    { mode: 'drv', test: 'C', results: ['pass'] },
  ] as const;
  const flash = [
    { mode: 'skb', test: 'A', results: ['fail', 'fail', 'fail'] },
    { mode: 'skb', test: 'B', results: ['pass'] },
    { mode: 'drv', test: 'A', results: ['fail', 'fail', 'fail'] },
  ] as const;

  t.deepEqual(
    compare(vanilla, flash).map(({ same }) => same),
    [false, true, true, false],
  );
  t.is(summarize(vanilla[1]), 'flaky');
  const result = judge(compare(vanilla, flash));
  t.is(result.tests.length, 4);
  t.deepEqual(failuresOf(result), [
    { title: 'A gives the same', outcome: 'failed', detail: 'vanilla: pass, flash: fail' },
    { title: 'C gives the same', outcome: 'failed', detail: 'vanilla: pass, flash: missing' },
  ]);
});

test('what more attempts give counts', (t) => {
  const vanilla = [{ mode: 'zc', test: 'A', results: ['fail', 'pass'] }] as const;
  const flash = [
    { mode: 'zc', test: 'A', results: ['fail', 'fail', 'fail'] },
    { mode: 'drv', test: 'A', results: ['fail', 'fail', 'fail'] },
  ] as const;
  const again = withAgain(flash, [{ mode: 'zc', test: 'A', results: ['fail', 'pass'] }]);

  t.deepEqual(
    again.map(({ results }) => results.length),
    [5, 3],
  );
  t.deepEqual(compare(vanilla, again), [{ mode: 'zc', test: 'A', vanilla: 'flaky', flash: 'flaky', same: true }]);
  t.false(compare(vanilla, withAgain(flash, [{ mode: 'zc', test: 'A', results: ['fail'] }]))[0]?.same);
});
