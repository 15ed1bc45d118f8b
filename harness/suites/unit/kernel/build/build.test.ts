import test from 'ava';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FlashError } from '../../../../errors.js';
import type { OnProgress } from '../../../../host/progress.js';
import { buildKernel } from '../../../../kernel/build/build.js';
import { fakeKbuild } from '../../support/fake-kbuild.js';

test.serial('a second build with nothing changed builds nothing', async (t) => {
  const { options, builds } = fakeKbuild(t);

  const first = await buildKernel(options);
  const second = await buildKernel(options);

  t.is(first.release, '7.3.200-vanilla');
  t.true(first.rebuilt);
  t.false(second.rebuilt);
  t.deepEqual({ ...second, seconds: 0, rebuilt: true }, { ...first, seconds: 0 });
  t.is(builds(), 1);
});

test.serial('configs are built apart from each other', async (t) => {
  const { options, builds } = fakeKbuild(t);

  const base = await buildKernel(options);
  const debug = await buildKernel({ ...options, config: 'debug' });

  t.not(debug.image, base.image);
  t.false((await buildKernel(options)).rebuilt);
  t.is(builds(), 2);
});

test.serial('what hardly differs from lean begins with the objects of that, and nothing else does', async (t) => {
  const { options, builds } = fakeKbuild(t);
  const lean = await buildKernel(options);
  const object = (buildDir: string): string => join(buildDir, 'xsk.o');
  writeFileSync(object(lean.buildDir), 'compiled');
  utimesSync(object(lean.buildDir), 1000, 1000);

  const hold = await buildKernel({ ...options, config: 'hold' });
  const debug = await buildKernel({ ...options, config: 'debug' });

  t.not(hold.buildDir, lean.buildDir);
  t.is(readFileSync(object(hold.buildDir), 'utf8'), 'compiled');
  t.is(statSync(object(hold.buildDir)).mtimeMs, 1_000_000, 'make would compile it again');
  t.false(existsSync(object(debug.buildDir)));
  t.is(builds(), 3);
  t.false((await buildKernel({ ...options, config: 'hold' })).rebuilt);
});

test.serial('what was left of a copy of lean is in no build, and a copy that fails is done without', async (t) => {
  const { options, tools, builds } = fakeKbuild(t);
  const lean = await buildKernel(options);
  const holdDir = join(dirname(lean.buildDir), 'build-hold');
  mkdirSync(`${holdDir}.partial`);
  writeFileSync(join(`${holdDir}.partial`, 'half.o'), 'half');
  const copied = await buildKernel({ ...options, config: 'hold' });
  const half = existsSync(join(copied.buildDir, 'half.o'));
  rmSync(copied.buildDir, { recursive: true });
  writeFileSync(join(tools, 'cp'), '#!/bin/sh\nfor to; do :; done\nmkdir "$to"\necho no space >&2\nexit 1\n', {
    mode: 0o755,
  });
  const notes: string[] = [];
  const onProgress: OnProgress = (event) => void (event.kind === 'note' && notes.push(event.text));

  const compiled = await buildKernel({ ...options, config: 'hold', onProgress });

  t.is(copied.buildDir, holdDir);
  t.false(half);
  t.true(compiled.rebuilt);
  t.false(existsSync(`${holdDir}.partial`));
  t.true(
    notes.some((note) => /^compiling all of it: .*no space/s.test(note)),
    notes.join('\n'),
  );
  t.is(builds(), 3);
});

test.serial('another compiler builds again', async (t) => {
  const { options, tools } = fakeKbuild(t);
  await buildKernel(options);

  writeFileSync(join(tools, 'gcc-version'), '13.1.0\n');

  t.true((await buildKernel(options)).rebuilt);
});

test.serial('a compiler that is too old is refused with both versions', async (t) => {
  const { options, tools, builds } = fakeKbuild(t);
  writeFileSync(join(tools, 'gcc-version'), '4.9.2\n');

  const error = await t.throwsAsync(buildKernel(options), { instanceOf: FlashError });

  t.is(error?.kind, 'compilerTooOld');
  t.regex(error?.message ?? '', /4\.9\.2.*5\.1\.0/);
  t.is(builds(), 0);
});

test.serial('a build that failed shows its errors and is not trusted afterwards', async (t) => {
  const { options, tools, builds } = fakeKbuild(t);
  writeFileSync(join(tools, 'fail'), '');

  const error = await t.throwsAsync(buildKernel(options), { instanceOf: FlashError });
  rmSync(join(tools, 'fail'));
  const next = await buildKernel(options);

  t.is(error?.kind, 'buildFailed');
  t.is(error?.details.logTail, 'net/xdp/xsk.c:1:1: error: no such thing');
  t.true(existsSync(error?.details.logPath ?? ''));
  t.true(next.rebuilt);
  t.is(builds(), 2);
});

test.serial('a build that fails after a good one takes the good one away', async (t) => {
  const { options, tools } = fakeKbuild(t);
  await buildKernel(options);
  writeFileSync(join(tools, 'gcc-version'), '13.1.0\n');
  writeFileSync(join(tools, 'fail'), '');
  await t.throwsAsync(buildKernel(options));

  writeFileSync(join(tools, 'gcc-version'), '12.2.0\n');
  rmSync(join(tools, 'fail'));

  t.true((await buildKernel(options)).rebuilt);
});

test.serial('the message says where the source came from and how it relates to the pinned release', async (t) => {
  const { options } = fakeKbuild(t);

  const { origin } = await buildKernel(options);

  t.true(origin.startsWith(options.source as string));
  t.regex(origin, /Linux 7\.3\.200, newer than the pinned 7\.3\.\d+/);
});
