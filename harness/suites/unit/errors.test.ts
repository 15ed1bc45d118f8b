import test from 'ava';
import { describeFailure, exitCodes, FlashError } from '../../errors.js';
import { formatGib, gib, requireFreeBytes } from '../../host/disk.js';
import { attempt, run } from '../../process/run.js';
import { temporaryDir } from './support/tiny-repository.js';

test('every kind of failure has an exit code of its own, and none is success', (t) => {
  const codes = Object.values(exitCodes);

  t.is(new Set(codes).size, codes.length);
  t.false((codes as readonly number[]).includes(0));
});

test('a failure is shown with its advice, its log and the lines that matter', (t) => {
  const error = new FlashError('buildFailed', 'it did not build', {
    advice: 'do this',
    logPath: '/x.log',
    logTail: 'a.c:1: error: b',
  });

  t.is(describeFailure(error), 'flash: it did not build\n  | a.c:1: error: b\n  do this\n  log: /x.log');
});

test('too little disk space is found before the work starts', (t) => {
  const error = t.throws(() => requireFreeBytes(temporaryDir(t), gib(2 ** 20), 'a first build'), {
    instanceOf: FlashError,
  });

  t.is(error.kind, 'noDiskSpace');
  t.true(error.message.includes(formatGib(gib(2 ** 20))));
});

test('a program that fails is an error with its last lines', async (t) => {
  const error = await t.throwsAsync(run('sh', ['-c', 'echo sorry >&2; exit 3'], { failAs: 'badSource' }), {
    instanceOf: FlashError,
  });

  t.is(error?.kind, 'badSource');
  t.is(error?.details.logTail, 'sorry');
  t.regex(error?.message ?? '', /exited with 3/);
});

test('arguments reach a program as they are', async (t) => {
  const { stdout } = await attempt('printf', ['%s|', 'a b', '$HOME', "it's", '*', '']);

  t.is(stdout, "a b|$HOME|it's|*||");
});
