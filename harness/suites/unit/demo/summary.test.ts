import test from 'ava';
import { summarizeReport } from '../../../demo/format-report.js';
import type { ChainReport, HopReport, WireReport } from '../../../demo/report.js';

const hop = (redirected: number, dropped: number): HopReport => ({
  ...{ from: 'nf1.forward', to: 'nf2.forward', bytes: 0, copied: 0 },
  ...{ redirected, dropped },
});
const wire = (drops: WireReport['drops']): WireReport => ({
  from: 'c0',
  to: 'nf1.forward',
  packets: 9,
  bytes: 0,
  drops,
});

test('in a few words, a report says what all hops moved, and what was lost on hops and wires', (t) => {
  const report: Pick<ChainReport, 'hops' | 'wires'> = {
    hops: [hop(100, 1), hop(20, 0)],
    wires: [wire({}), wire({ 'wire full': 3, 'RX ring full': 5 })],
  };

  t.is(summarizeReport(report), '120 redirected, 9 dropped');
});
