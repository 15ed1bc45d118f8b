import test from 'ava';
import { FlashError } from '../../../errors.js';
import { readFirst, readVerdict } from '../../../prove/bounded/run-bounded.js';

const verdict = (end: string, other: string): string => `** Results:
rx.h function check_result
[check_result.assertion.1] line 219 whole packets only: ${other}
[check_result.assertion.2] line 221 the end is reached: ${end}
[xskq_copy_descs.pointer_dereference.7] line 95 dereference failure: pointer outside object bounds in *from: SUCCESS
`;

test('nothing is wrong if the end is all that is violated', (t) => {
  t.deepEqual(readVerdict(verdict('FAILURE', 'SUCCESS')), []);
});

test('what else is violated is read', (t) => {
  t.deepEqual(readVerdict(verdict('FAILURE', 'FAILURE')), ['whole packets only']);
});

test('a function of which no run ends shows nothing', (t) => {
  t.deepEqual(readVerdict(verdict('SUCCESS', 'SUCCESS')), ['no run comes to its end, so nothing is shown']);
});

test('what is violated first is read', (t) => {
  const said = 'Violated property:\n  file rx.h function check_result line 219 thread 0\n  whole packets only\n  cnt\n';

  t.is(readFirst(`${said}\nVERIFICATION FAILED\n`), 'whole packets only');
  t.is(readFirst('VERIFICATION SUCCESSFUL\n'), undefined);
  t.throws(() => readFirst('killed'), { instanceOf: FlashError });
  t.throws(() => readFirst(said.replace('whole packets only', 'the end is reached')), { instanceOf: FlashError });
});

test('a checker that ended before its verdict is an error', (t) => {
  t.throws(() => readVerdict('Running propositional reduction\n', 'killed'), { instanceOf: FlashError });
});
