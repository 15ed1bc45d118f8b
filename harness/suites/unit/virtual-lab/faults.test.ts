import test from 'ava';
import { FlashError } from '../../../errors.js';
import { callLab } from '../../../virtual-lab/faults/bench.js';
import { expectEnd } from '../../../virtual-lab/faults/expect.js';

test('the lab is called as a user does, and something is done at a line that it says', async (t) => {
  let seen = 0;

  const result = await callLab(['--help'], { line: /^Usage: flash lab/, act: () => Promise.resolve(seen++) });

  t.is(result.exitCode, 0);
  t.is(seen, 1);
});

test('a moment that never comes is an error with all that was said', async (t) => {
  const error = await t.throwsAsync(callLab(['--help'], { line: /no such line/, act: () => Promise.resolve() }), {
    instanceOf: FlashError,
  });

  t.regex(error?.details.logTail ?? '', /Usage: flash lab/);
});

const result = (exitCode: number, stderr: string) => ({ command: 'lab doctor', exitCode, stdout: 'out\n', stderr });

test('an end is as expected only if both the exit code and the words are', (t) => {
  t.notThrows(() => expectEnd(result(6, 'no room'), 'failure', /no room/, /out/));
  t.throws(() => expectEnd(result(0, 'no room'), 'failure', /no room/), { message: /exited with 0/ });
  t.throws(() => expectEnd(result(6, 'no room'), 'success'), { message: /exited with 6/ });
  t.throws(() => expectEnd(result(6, 'room'), 'failure', /no room/), { message: /did not say/ });
});
