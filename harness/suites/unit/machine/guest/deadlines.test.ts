import test from 'ava';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { FlashError } from '../../../../errors.js';
import { GuestTimeout } from '../../../../machine/guest/guest-timeout.js';
import type { Choice } from '../../../../machine/guest/choose-accelerator.js';
import type { GuestOptions } from '../../../../machine/guest/guest-events.js';
import { runInGuest } from '../../../../machine/guest/run-in-guest.js';
import { temporaryDir, writeFiles } from '../../support/tiny-repository.js';

const underKvm = (): Promise<Choice> => Promise.resolve({ accel: 'kvm', asked: false, rejectKvm: () => undefined });

/** Boots nothing: a script in the place of vng says what a guest would, and never ends. */
async function runFake(
  t: ExecutionContext,
  script: string,
  more: Partial<GuestOptions> = {},
): Promise<FlashError | undefined> {
  const dir = temporaryDir(t);
  writeFiles(dir, { vng: `#!/bin/sh\n${script}\nexec sleep 60\n` });
  chmodSync(join(dir, 'vng'), 0o755);
  const path = process.env['PATH'] ?? '';
  process.env['PATH'] = `${dir}:${path}`;
  t.teardown(() => void (process.env['PATH'] = path));
  const deadlines = { bootDeadlineMs: 3000, deadlineMs: 1500 };
  const options = { image: '/bzImage', command: ['true'], runDir: join(dir, 'run'), ...deadlines, ...more };
  return t.throwsAsync(runInGuest(options, underKvm), { instanceOf: FlashError });
}

test.serial('a guest that does not boot in time is told from one that died', async (t) => {
  const error = await runFake(t, 'echo "[    0.1] Linux version 6.12" >&2');

  t.true(error instanceof GuestTimeout);
  t.is(error?.message, 'the guest did not finish its phase "boot" within 3 s');
  t.regex(error?.details.logTail ?? '', /Linux version/);
});

const started = 'for arg; do case $arg in --rwdir=*) dir=${arg#--rwdir=*=}; touch "$dir/started" ;; esac; done';

test.serial('a command has a time of its own', async (t) => {
  const error = await runFake(t, started);

  t.is(error?.message, 'the guest did not finish its phase "command" within 1.5 s');
});

test.serial('a command that goes on printing is given more time than one that does not', async (t) => {
  const prints = `${started}\nfor i in 1 2 3 4 5 6; do echo $i >> "$dir/stdout.log"; sleep 0.5; done`;
  const begin = Date.now();

  const error = await runFake(t, prints, { quietMs: 1500, deadlineMs: 20_000 });

  t.is(error?.message, 'the guest printed nothing in its phase "command" for 1.5 s');
  t.true(Date.now() - begin > 3500);
});

test.serial('a kernel warning before the time ran out is what is reported', async (t) => {
  const error = await runFake(t, 'echo "[    0.1] WARNING: CPU: 0 PID: 1 at net/xdp/xsk.c:1 xsk_poll+0x1/0x2" >&2');

  t.is(error?.kind, 'kernelSplat');
});

test.serial('a guest that hangs after an oops is not waited for until its deadline', async (t) => {
  const begin = Date.now();
  const script = 'echo "[    0.1] BUG: kernel NULL pointer dereference, address: 0000000000000018" >&2';

  const error = await runFake(t, script, { bootDeadlineMs: 30_000, afterOopsMs: 500 });

  t.is(error?.kind, 'kernelSplat');
  t.true(Date.now() - begin < 15_000);
});

test.serial('a guest that nobody needs any more ends at once, for the reason that is given', async (t) => {
  const reason = new FlashError('infrastructure', 'the debugger failed');

  t.is(await runFake(t, '', { signal: AbortSignal.abort(reason) }), reason);
});
