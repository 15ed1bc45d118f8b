import test from 'ava';
import { FlashError } from '../../../errors.js';
import { readBootRecord } from '../../../lab/install/boot-record.js';
import { findFault } from '../../../lab/install/confirm.js';
import { installSteps, type Installation } from '../../../lab/install/steps.js';
import { uninstallSteps } from '../../../lab/install/uninstall-steps.js';
import { newRelease, oldRelease, simulateDebian, type Simulated } from './support/simulated-debian.js';

const installation: Installation = {
  kernel: { file: '/here/kernel.deb', release: newRelease, bytes: 30e6, installedBytes: 400e6 },
  confirmSeconds: 600,
};

async function install(machine: Simulated): Promise<void> {
  for (const { run } of installSteps) await run(machine.host, installation);
}

async function operationsOf(work: (machine: Simulated) => Promise<void>): Promise<readonly string[]> {
  const machine = simulateDebian();
  await work(machine);
  return machine.operations;
}

test('a kernel that was installed is booted once, and then the old one again', async (t) => {
  const machine = simulateDebian();

  await install(machine);

  t.is(machine.reset('healthy'), newRelease);
  t.is(machine.reset('healthy'), oldRelease);
});

test('a kernel that panics gives way to the old one', async (t) => {
  const machine = simulateDebian();
  await install(machine);

  t.is(machine.reset('panics'), oldRelease);
  t.regex((await findFault(machine.host, { ports: {} }, newRelease)) ?? '', /it runs 6\.1\.0-44-amd64 again/);
});

test('wherever an installation is cut off, the machine boots its old kernel, at the latest the second time', async (t) => {
  const all = await operationsOf(install);
  t.true(all.length > 20, 'there is something to cut');
  const chosen = all.indexOf('grub-reboot flash-lab-once');

  for (const [count, next] of all.entries()) {
    const machine = simulateDebian();
    machine.cutAfter = count;
    await t.throwsAsync(install(machine), undefined, `cut before ${next}`);

    const first = machine.reset('healthy');
    t.is(first, count > chosen ? newRelease : oldRelease, `cut before ${next}`);
    t.is(machine.reset('healthy'), oldRelease, `cut before ${next}, booted again`);
  }
});

test('an installation that was cut off anywhere can be done again', async (t) => {
  for (const count of (await operationsOf(install)).keys()) {
    const machine = simulateDebian();
    machine.cutAfter = count;
    await t.throwsAsync(install(machine));
    machine.cutAfter = Number.POSITIVE_INFINITY;
    if (machine.reset('panics') !== oldRelease) return void t.fail('it runs another kernel');

    await install(machine);

    t.is(machine.reset('healthy'), newRelease);
    t.is(machine.reset('healthy'), oldRelease);
  }
});

test('a machine without room is told so before anything is changed', async (t) => {
  const machine = simulateDebian();
  machine.free['/boot'] = 50e6;
  const before = new Map(machine.files);

  const error = await t.throwsAsync(install(machine), { instanceOf: FlashError });

  t.is(error.kind, 'noDiskSpace');
  t.regex(error.message, /needs 96 MiB in \/boot on dut, where 48 MiB are free/);
  t.deepEqual(machine.files, before);
});

test('a disk that fills up while the package is installed has it removed again', async (t) => {
  const machine = simulateDebian();
  machine.fillsUp = true;

  const error = await t.throwsAsync(install(machine), { instanceOf: FlashError });

  t.is(error.kind, 'noDiskSpace');
  t.false(machine.files.has(`/boot/vmlinuz-${newRelease}`));
  t.is(machine.reset('healthy'), oldRelease);
});

test('a port that is gone on the new kernel is a fault of it', async (t) => {
  const machine = simulateDebian();
  await install(machine);
  machine.reset('healthy');
  machine.files.set('/sys/kernel/flash', 'a directory');
  machine.files.set('/sys/class/net/enp1s0', 'a link');

  t.is(await findFault(machine.host, { ports: { p0: 'enp1s0' } }, newRelease), undefined);
  t.regex(
    (await findFault(machine.host, { ports: { p0: 'enp1s0', p1: '0000:02:00.0' } }, newRelease)) ?? '',
    /port p1 \(0000:02:00\.0\) is gone/,
  );
});

async function uninstall({ host }: Simulated): Promise<void> {
  for (const { run } of uninstallSteps) await run(host);
}

async function installed(): Promise<Simulated> {
  const machine = simulateDebian();
  await install(machine);
  machine.operations.length = 0;
  return machine;
}

test('a kernel is removed without a trace, also if that is cut off anywhere and done again', async (t) => {
  const before = [...simulateDebian().files].sort();
  const whole = await installed();
  await uninstall(whole);
  const all = [...whole.operations];
  const forgotten = all.indexOf('grub-editenv - unset next_entry');

  for (const [count, next] of all.entries()) {
    const machine = await installed();
    machine.cutAfter = count;
    await t.throwsAsync(uninstall(machine));
    machine.cutAfter = Number.POSITIVE_INFINITY;
    t.is(machine.reset('healthy'), count > forgotten ? oldRelease : newRelease, `cut before ${next}`);
    t.is(machine.reset('healthy'), oldRelease, `cut before ${next}, booted again`);
    await uninstall(machine);

    t.is(await readBootRecord(machine.host), undefined);
    t.deepEqual([...machine.files].sort(), before, `cut before ${next}`);
  }
});
