import test from 'ava';
import type { ExecutionContext } from 'ava';
import { FlashError } from '../../../errors.js';
import type { ProgressEvent } from '../../../host/progress.js';
import { make } from '../../../host/make.js';
import { temporaryDir, writeFiles } from '../support/tiny-repository.js';

/** A compiler that copies. */
const makefile = `all: a.o b.o
%.o: %.c
\t@mkdir -p .
\tsh ./compile \\
\t\t-o $@ $<
`;

function project(t: ExecutionContext, compiler = 'cp "$3" "$2"'): string {
  const dir = temporaryDir(t);
  writeFiles(dir, { Makefile: makefile, compile: `${compiler}\n`, 'a.c': 'a', 'b.c': 'b' });
  return dir;
}

test('make tells what it builds and counts the files, and says nothing once they are up to date', async (t) => {
  const dir = project(t);
  const events: ProgressEvent[] = [];
  const options = { what: 'letters', onProgress: (event: ProgressEvent) => void events.push(event) };

  await make(['-C', dir], options);

  t.deepEqual(events.splice(0), [
    { kind: 'phase', phase: 'building letters' },
    { kind: 'step', done: 1, total: 2 },
    { kind: 'step', done: 2, total: 2 },
  ]);
  await make(['-C', dir], options);
  t.deepEqual(events, []);
});

test('a file that does not compile is an error with what the compiler said', async (t) => {
  const dir = project(t, 'echo "$3: no" >&2; exit 1');

  const error = await t.throwsAsync(
    make(['-C', dir], { what: 'letters', onProgress: () => undefined, failAs: 'buildFailed' }),
    { instanceOf: FlashError },
  );

  t.is(error?.kind, 'buildFailed');
  t.true(error?.message.includes(dir));
  t.regex(error?.details.logTail ?? '', /a\.c: no/);
});

test('two that build from one directory at once do so one after the other', async (t) => {
  const dir = project(t, 'mkdir busy && cp "$3" "$2" && sleep 0.1 && rmdir busy');
  const options = { what: 'letters', onProgress: () => undefined };

  await t.notThrowsAsync(Promise.all([make(['-C', dir], options), make(['-C', dir], options)]));
});
