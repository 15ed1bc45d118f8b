import test from 'ava';
import { chmodSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { libc } from '../../../../ffi/libc.js';
import { inspectKvm } from '../../../../machine/guest/inspect-kvm.js';
import { probeKvm } from '../../../../machine/guest/kvm.js';
import type { KvmMachine, KvmVerdict } from '../../../../machine/guest/kvm-verdict.js';
import { fakeMachine, refusesMsr, type FakeMachine } from './kvm-machine.js';

const complaint = 'failed to set MSR 0x10a to 0x69';
const withoutKernel = ({ qemu, cpus, device }: FakeMachine): KvmMachine => ({ qemu, cpus, device });

test.serial('a boot sector runs on the QEMU, the processor and the number of processors of the guest', async (t) => {
  const machine = fakeMachine(t);

  t.like(await probeKvm(withoutKernel(machine)), { works: true, reason: 'a boot sector ran under KVM' });

  t.regex(machine.qemuCalls()[0] ?? '', /-accel kvm -cpu host,topoext=on -smp 4 /);
  t.deepEqual(machine.boots(), []);
});

test.serial('a processor that KVM refuses is named', async (t) => {
  const machine = fakeMachine(t, { qemu: `cat >&2 <<'EOF'\n${refusesMsr}\nEOF\nexit 134` });

  t.like(await probeKvm(machine), { works: false, reason: `a boot sector did not run under KVM (${complaint})` });
});

test.serial('where a kernel is built it is booted to its first user program, as a guest is', async (t) => {
  const machine = fakeMachine(t);

  t.like(await probeKvm(machine), { works: true, reason: 'a kernel came to its first user program under KVM' });

  const [boot = '', ...others] = machine.boots();
  t.true(boot.startsWith(`--run ${machine.image} `));
  t.regex(boot, /--cpus 4 /);
  t.true(boot.includes(`--qemu=${machine.qemu} `));
  t.false(boot.includes('--disable-kvm'));
  t.deepEqual(others, []);
});

test.serial('KVM that runs a boot sector and no kernel does not work', async (t) => {
  const machine = fakeMachine(t, { vng: 'say; exit 134' });

  const reason = `the guest ended under KVM before its user space (${complaint})`;
  t.like(await probeKvm(machine), { works: false, reason });
  t.like(await probeKvm(withoutKernel(machine)), { works: true });
});

const changes: readonly { what: string; change: (machine: FakeMachine) => KvmMachine }[] = [
  {
    what: "the device's mode",
    change(machine) {
      chmodSync(machine.device, 0o600);
      return machine;
    },
  },
  {
    what: 'QEMU',
    change(machine) {
      utimesSync(machine.qemu, 1, 1);
      return machine;
    },
  },
  { what: 'the number of processors', change: (machine) => ({ ...machine, cpus: 9 }) },
];

for (const { what, change } of changes) {
  test.serial(`a verdict is kept until ${what} changes`, async (t) => {
    const machine = fakeMachine(t);
    await probeKvm(machine);
    await probeKvm(machine);
    t.is(machine.qemuCalls().length, 1);
    t.is(machine.boots().length, 1);

    await probeKvm({ ...machine, ...change(machine) });

    t.is(machine.qemuCalls().length, 2);
    t.is(machine.boots().length, 2);
  });
}

test.serial('another kernel is booted, and no boot sector for it', async (t) => {
  const machine = fakeMachine(t);
  await probeKvm(machine);

  writeFileSync(machine.image, 'another kernel');
  await probeKvm(machine);

  t.is(machine.qemuCalls().length, 1);
  t.is(machine.boots().length, 2);
});

const nobody = 65534;

function become(uid: number): void {
  if (libc.seteuid(uid) !== 0 || process.geteuid?.() !== uid) throw new Error(`cannot become the user ${uid}`);
}

/**
 * Root may open everything, so that it is somebody else for the time of the work, who need not be let into root's checkout.
 * By libc, since some builds of Node refuse whatever is set: io_uring would remain root, and AVA's environment in package.json
 * switches that off.
 */
async function asOrdinaryUser<T>(work: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  const checkout = process.cwd();
  process.chdir('/');
  if (isRoot) become(nobody);
  try {
    return await work();
  } finally {
    if (isRoot) become(0);
    process.chdir(checkout);
  }
}

test.serial('a device that may be opened meanwhile is tried', async (t) => {
  const machine = fakeMachine(t);
  chmodSync(machine.dir, 0o755);
  chmodSync(process.env['FLASH_CACHE'] ?? '', 0o777);
  writeFileSync(join(machine.dir, 'qemu-calls'), '');
  chmodSync(join(machine.dir, 'qemu-calls'), 0o666);
  const ask = (): Promise<KvmVerdict> => asOrdinaryUser(() => probeKvm(withoutKernel(machine)));

  chmodSync(machine.device, 0);
  t.regex((await ask()).reason, /kvm may not be opened by this user \(mode 0, owner \w+, group \w+\)$/);
  chmodSync(machine.device, 0o666);

  t.like(await ask(), { works: true });
});

test.serial('a verdict is of the user who asked', async (t) => {
  const machine = fakeMachine(t);
  const { geteuid } = process;
  t.teardown(() => void (process.geteuid = geteuid));
  await probeKvm(machine);

  process.geteuid = () => 12345;
  await probeKvm(machine);

  t.is(machine.boots().length, 2);
});

test.serial('a device that is not there is no reason to boot anything', async (t) => {
  const machine = fakeMachine(t);

  t.deepEqual(await probeKvm({ ...machine, device: '/no/kvm' }), { works: false, reason: 'there is no /no/kvm' });
  t.deepEqual(machine.qemuCalls(), []);
});

const broken = `cat >&2 <<'EOF'\n${refusesMsr}\nEOF\nexit 134`;
const emulation = "QEMU's emulation (TCG)";
const choices: readonly { title: string; qemu?: string; accel: string; expected: object }[] = [
  { title: 'KVM where it boots a guest', accel: '', expected: { state: 'ok', found: 'KVM' } },
  { title: 'emulation where it does not', qemu: broken, accel: '', expected: { state: 'optional', found: emulation } },
  {
    title: 'emulation that was asked for',
    accel: 'tcg',
    expected: {
      found: `${emulation}, as FLASH_ACCEL=tcg says`,
      advice: 'about ten times slower; leave FLASH_ACCEL out, and they use KVM',
    },
  },
  {
    title: 'KVM that was asked for and boots nothing',
    qemu: broken,
    accel: 'kvm',
    expected: { state: 'missing', found: 'KVM, as FLASH_ACCEL=kvm says: it boots none' },
  },
  {
    title: 'what nobody knows',
    accel: 'xen',
    expected: { state: 'missing', found: 'FLASH_ACCEL=xen is nothing that guests run under' },
  },
];

for (const { title, qemu, accel, expected } of choices) {
  test.serial(`doctor names what guests run under: ${title}`, async (t) => {
    const machine = fakeMachine(t, qemu === undefined ? {} : { qemu });
    process.env['FLASH_ACCEL'] = accel;

    const findings = await inspectKvm(machine.image, machine.device);

    t.like(findings.at(-1), { what: 'guests run under', ...expected });
  });
}

test.serial('doctor says why KVM does not boot a guest', async (t) => {
  const machine = fakeMachine(t, { vng: 'say; exit 134' });

  const [device, kvm] = await inspectKvm(machine.image, machine.device);

  t.like(device, { state: 'ok' });
  t.like(kvm, { what: 'KVM boots a guest', state: 'optional' });
  t.regex(kvm?.found ?? '', /failed to set MSR 0x10a/);
});
