import test from 'ava';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { GuestTimeout } from '../../../../machine/guest/guest-timeout.js';
import { countingMachine } from '../../../../bench/counting.js';
import { FlashError, type FailureKind } from '../../../../errors.js';
import { chooseAccelerator, refuseKvm } from '../../../../machine/guest/choose-accelerator.js';
import type { GuestEvent, GuestResult } from '../../../../machine/guest/events.js';
import { verdictFile } from '../../../../machine/guest/kvm-verdict.js';
import { runInGuest, type RunInGuestOptions } from '../../../../machine/guest/run-in-guest.js';
import { fakeMachine, hearErrors, type FakeMachine } from './kvm-machine.js';

/** A machine that KVM is believed to boot guests on. */
function believedMachine(t: ExecutionContext, vng: string): FakeMachine {
  const machine = fakeMachine(t, { vng });
  const { image, ...bare } = machine;
  for (const each of [bare, { ...bare, image }]) verdictFile(each).write({ works: true, reason: 'so it is said' });
  return machine;
}

function boot(machine: FakeMachine, more: Partial<RunInGuestOptions> = {}): Promise<GuestResult> {
  const { image, cpus } = machine;
  const options = { image, cpus, command: ['true'], bootDeadlineMs: 10_000, ...more };
  return runInGuest(options, () => chooseAccelerator(machine));
}

const died = 'the guest ended under KVM before its user space (failed to set MSR 0x10a to 0x69)';
const diesUnderKvm = 'if [ $emulated = no ]; then say; exit 134; fi; up; end';

test.serial('a guest that dies under KVM before its user space is booted without, and that is said', async (t) => {
  const machine = believedMachine(t, diesUnderKvm);
  const heard = hearErrors(t);
  const events: GuestEvent[] = [];

  const guest = await boot(machine, { onEvent: (event) => events.push(event) });

  t.like(guest, { exitCode: 0, accel: 'tcg' });
  t.deepEqual(heard, [`flash: ${died}; booting without KVM, now and, if that works, from now on`]);
  t.deepEqual(
    events.flatMap((event) => (event.kind === 'start' ? [event.accel] : [])),
    ['kvm', 'tcg'],
  );
});

test.serial('the next guest is booted without KVM at once', async (t) => {
  const machine = believedMachine(t, diesUnderKvm);
  const heard = hearErrors(t);
  await boot(machine);

  const guest = await boot(machine);

  t.is(guest.accel, 'tcg');
  t.is(machine.boots().length, 3);
  t.is(heard.length, 1);
});

test.serial('a guest whose kernel says nothing under KVM is not waited for until its deadline', async (t) => {
  const machine = believedMachine(t, 'if [ $emulated = no ]; then exec sleep 60; fi; up; end');
  const heard = hearErrors(t);

  const guest = await boot(machine, { firstLineDeadlineMs: 300 });

  t.is(guest.accel, 'tcg');
  t.regex(heard[0] ?? '', /its kernel said nothing within 0\.3 s/);
});

test.serial('KVM that is found not to boot a kernel is said once', async (t) => {
  const machine = fakeMachine(t, { vng: diesUnderKvm });
  const heard = hearErrors(t);

  t.is((await boot(machine)).accel, 'tcg');
  t.is((await boot(machine)).accel, 'tcg');

  t.deepEqual(heard, [`flash: guests run without KVM: ${died}`]);
});

const finals: readonly { title: string; vng: string; kind: FailureKind }[] = [
  { title: 'that dies after its user space is reached', vng: 'up; exit 134', kind: 'guest' },
  { title: 'that dies before its command has ended', vng: 'up; echo 7 > $run/exit.partial; exit 1', kind: 'guest' },
  {
    title: 'whose kernel prints a warning before it dies',
    vng: 'echo "[ 0.1] BUG: a bug" >&2; exit 1',
    kind: 'kernelSplat',
  },
];

for (const { title, vng, kind } of finals) {
  test.serial(`a guest ${title} under KVM is not booted again`, async (t) => {
    const machine = believedMachine(t, vng);
    const heard = hearErrors(t);

    const error = await t.throwsAsync(boot(machine), { instanceOf: FlashError });

    t.is(error?.kind, kind);
    t.is(machine.boots().length, 1);
    t.deepEqual(heard, []);
  });
}

test.serial('a guest that boots in no way says nothing about KVM', async (t) => {
  const machine = believedMachine(t, 'echo "could not load kernel" >&2; exit 1');
  hearErrors(t);

  const error = await t.throwsAsync(boot(machine), { instanceOf: FlashError });

  t.is(error?.message, 'the guest died in its phase "boot": the command\'s end marker is missing');
  t.is(machine.boots().length, 2);
  t.true(verdictFile(machine).read()?.works);
});

test.serial('a second boot in the same directory finds nothing of the first', async (t) => {
  const fault = '[    0.1] Oops: int3: 0000 [#1] PREEMPT SMP';
  const first = `touch $run/../once $run/mine; echo "${fault}" >&2; up; echo 3 > $run/exit; exit 0`;
  const machine = believedMachine(t, `[ -e $run/../once ] || { ${first}; }; [ -e $run/mine ] && exit 1; up; end`);
  process.env['FLASH_ACCEL'] = 'tcg';
  hearErrors(t);
  const runDir = join(machine.dir, 'run');

  const guest = await boot(machine, { runDir });

  t.is(guest.exitCode, 0);
  const [aside = ''] = readdirSync(runDir).filter((name) => name.startsWith('earlier-'));
  t.true(existsSync(join(runDir, aside, 'mine')), 'it can still be read');
});

const stands = 'echo "[    0.1] Linux version 7.3" >&2; exec sleep 60';

test.serial('an emulated guest that comes to a stand while it boots is booted again', async (t) => {
  const machine = believedMachine(t, `[ -e $run/../once ] || { touch $run/../once; ${stands}; }; up; end`);
  process.env['FLASH_ACCEL'] = 'tcg';
  const heard = hearErrors(t);

  const guest = await boot(machine, { bootDeadlineMs: 1500, runDir: join(machine.dir, 'run') });

  t.is(guest.exitCode, 0);
  t.deepEqual(heard, ['flash: the guest did not finish its phase "boot" within 1.5 s; booting again']);
});

test.serial('an emulated guest that comes to a stand each time is booted twice', async (t) => {
  const machine = believedMachine(t, stands);
  process.env['FLASH_ACCEL'] = 'tcg';
  hearErrors(t);

  await t.throwsAsync(boot(machine, { bootDeadlineMs: 1500 }), { instanceOf: GuestTimeout });

  t.is(machine.boots().length, 2);
});

test.serial('KVM that was asked for is not replaced', async (t) => {
  const machine = believedMachine(t, diesUnderKvm);
  const heard = hearErrors(t);
  process.env['FLASH_ACCEL'] = 'kvm';

  const error = await t.throwsAsync(boot(machine), { instanceOf: FlashError });

  t.is(error?.exitCode, 11);
  t.is(error?.message, `${died}; KVM is asked for (--accel kvm or FLASH_ACCEL=kvm), so it is not booted without`);
  t.is(machine.boots().length, 1);
  t.deepEqual(heard, []);
  t.true(verdictFile(machine).read()?.works, 'what was found without asking for it stays');
});

test.serial('KVM that was asked for and is not there is an error before anything is booted', async (t) => {
  const machine = believedMachine(t, diesUnderKvm);
  process.env['FLASH_ACCEL'] = 'kvm';

  const error = await t.throwsAsync(boot({ ...machine, device: '/no/kvm' }), { instanceOf: FlashError });

  t.is(error?.kind, 'usage');
  t.is(error?.message, 'KVM is asked for (--accel kvm or FLASH_ACCEL=kvm), and there is no /no/kvm');
  t.deepEqual(machine.boots(), []);
});

test.serial('emulation that was asked for is used where KVM boots a guest', async (t) => {
  const machine = believedMachine(t, 'up; end');
  process.env['FLASH_ACCEL'] = 'tcg';

  t.is((await boot(machine)).accel, 'tcg');
});

test.serial('a guest that counts instructions is emulated whatever is asked for', async (t) => {
  const machine = believedMachine(t, 'up; end');
  process.env['FLASH_ACCEL'] = 'kvm';

  t.is((await boot(machine, countingMachine)).accel, 'tcg');
  t.throws(() => refuseKvm('it is of no use'), { message: /^KVM is asked for .*, and it is of no use$/ });
});
