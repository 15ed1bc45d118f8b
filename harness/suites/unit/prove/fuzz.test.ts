import test from 'ava';
import { readFuzzLog } from '../../../prove/fuzz/run-fuzz.js';

const kept = (artifact: string): string => `kept ${artifact}`;

test('a run that found nothing says how far it came', (t) => {
  const log = '#820\tDONE   cov: 1132 ft: 4162\nDone 820 runs in 21 second(s)\nstat::number_of_executed_units: 820\n';

  t.deepEqual(readFuzzLog(log, kept), { executions: 820, edges: 1132, seconds: 21 });
});

test('a finding says what was wrong, and with which input', (t) => {
  const log =
    '#256\tpulse  cov: 916\nFOUND after 53 steps: frame 1 of tenant 0 is lost\nSUMMARY: libFuzzer: deadly signal\n' +
    "artifact_prefix='x/'; Test unit written to x/crash-1\n";

  const { finding, executions } = readFuzzLog(log, kept);

  t.is(finding?.what, 'FOUND after 53 steps: frame 1 of tenant 0 is lost');
  t.is(finding?.file, 'kept x/crash-1');
  t.is(executions, 256);
});

test('a fuzzer that ends before it began has found something', (t) => {
  t.is(readFuzzLog('==1==ERROR: no space\n', kept).finding?.what, '==1==ERROR: no space');
});
