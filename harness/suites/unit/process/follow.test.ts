import test from 'ava';
import { FlashError } from '../../../errors.js';
import { follow } from '../../../process/follow.js';
import { start } from '../../../process/run.js';

const shell = (script: string, graceMs?: number): ReturnType<typeof follow> =>
  follow(start('sh', ['-c', script]), 'the program', graceMs);
const soon = { deadlineMs: 10_000, intervalMs: 5 };

test('what a program says is waited for, and read from its start on', async (t) => {
  await using program = shell('echo one; sleep 0.1; echo ready 17; exec sleep 60');

  const [, number] = await program.waitFor(/^ready (\d+)$/m, soon);

  t.is(number, '17');
  t.is(program.stdout(), 'one\nready 17\n');
  t.is(program.ending(), undefined);
});

test('a program that ends before it is ready is an error with how it ended and its last words', async (t) => {
  const exited = shell('echo first >&2; echo "no such port" >&2; exit 3');
  const killed = shell('kill -9 $$');

  const error = await t.throwsAsync(exited.waitFor(/^ready$/m, soon, { logPath: '/logs' }), { instanceOf: FlashError });
  t.is(error?.message, 'the program did not start (exit code 3): no such port');
  t.deepEqual((error as FlashError).details, { logTail: 'first\nno such port', logPath: '/logs' });
  await t.throwsAsync(killed.waitFor(/^ready$/m, soon), {
    message: 'the program did not start (signal SIGKILL): it said nothing',
  });
});

test('a program that gets ready as it ends was ready', async (t) => {
  t.truthy(await shell('echo ready').waitFor(/^ready$/m, soon));
});

test('a program that never gets ready is waited for so long', async (t) => {
  await using program = shell('echo not yet >&2; exec sleep 60');

  await t.throwsAsync(program.waitFor(/^ready$/m, { deadlineMs: 300, intervalMs: 5 }), {
    message: /waiting for the program to be ready.*not yet/s,
  });
});

test('a program is stopped with its whole group, and killed if it does not heed', async (t) => {
  const heeding = shell('trap "echo bye; exit 0" TERM; echo ready; while :; do sleep 0.01; done');
  const stubborn = shell('trap "" TERM; echo ready; while :; do sleep 0.01; done', 200);
  await Promise.all([heeding, stubborn].map((program) => program.waitFor(/^ready$/m, soon)));

  await Promise.all([heeding.stop(), stubborn.stop(), stubborn.stop()]);

  t.like(await heeding.end, { exitCode: 0, stdout: 'ready\nbye\n' });
  t.is((await stubborn.end).signal, 'SIGKILL');
});
