import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { FlashError } from '../../../errors.js';
import { giveBack } from '../../../passthrough/give-back.js';
import { recordedDevices } from '../../../passthrough/record.js';
import type { System } from '../../../passthrough/system.js';
import { take } from '../../../passthrough/take.js';
import { inspectTakenDevices } from '../../../passthrough/taken.js';
import { giveBackLeftovers, withDevices } from '../../../passthrough/with-devices.js';
import { fakeMachine, isKilled, type FakeDevice } from './fake-machine.js';

const [one, other] = ['0000:01:00.0', '0000:01:00.1'] as const;
const address = { family: 'inet', local: '10.0.0.1', prefixlen: 24, scope: 'global', broadcast: '10.0.0.255' } as const;
const addressed = { name: 'wan0', firstName: 'eth0', mtu: 9000, mac: '02:00:00:00:00:07', addresses: [address] };

const devices: readonly { readonly title: string; readonly device: FakeDevice; readonly changes: number }[] = [
  { title: 'with a driver and an interface', device: { driver: 'ixgbe', interfaces: [addressed] }, changes: 11 },
  {
    title: 'with an interface that is down',
    device: { driver: 'ixgbe', interfaces: [{ name: 'eth0', firstName: 'eth0', up: false }] },
    changes: 7,
  },
  {
    title: 'with two ports on a function',
    device: {
      driver: 'ixgbe',
      interfaces: [
        { name: 'left', firstName: 'eth0' },
        { name: 'right', firstName: 'eth1', mtu: 4000 },
      ],
    },
    changes: 11,
  },
  { title: 'that only one driver may have', device: { driver: 'ixgbe', override: 'ixgbe' }, changes: 6 },
  { title: 'without a driver', device: {}, changes: 4 },
  { title: 'that vfio-pci serves already', device: { driver: 'vfio-pci', override: 'vfio-pci' }, changes: 0 },
];

const untouched: FakeDevice = { driver: 'ixgbe', interfaces: [{ name: 'lan0', firstName: 'eth5' }] };

async function takeAndGiveBack(system: System): Promise<void> {
  await take(system, one);
  await giveBack(system, one);
}

for (const { title, device, changes } of devices) {
  test(`a device ${title} is taken, and given back as it was`, async (t) => {
    const machine = fakeMachine(t, { devices: { [one]: device, [other]: untouched } });
    const before = machine.state();

    await take(machine.system, one);
    const taken = machine.state() as { devices: readonly { driver: string }[] };
    await giveBack(machine.system, one);

    t.is(taken.devices[0]?.driver, 'vfio-pci');
    t.deepEqual(machine.state(), before);
    t.deepEqual(recordedDevices(machine.system.recordsDir), []);
  });

  test(`a device ${title} is as it was after a run that was killed anywhere, and one more that gives it back`, async (t) => {
    let cuts = 0;
    for (let change = 1; ; change++) {
      const machine = fakeMachine(t, { devices: { [one]: device } });
      const before = machine.state();
      const error = await takeAndGiveBack(machine.killedBefore(change)).catch((thrown: unknown) => thrown);
      if (error === undefined) break;
      if (!isKilled(error)) throw error;
      cuts++;
      // And who gives it back is killed as well, here or there.
      const again = await giveBackLeftovers(machine.killedBefore(1 + (change % 4))).catch((thrown: unknown) => thrown);
      if (again instanceof Error && !isKilled(again)) throw again;

      await giveBackLeftovers(machine.system);

      t.deepEqual(machine.state(), before, `killed before change ${change}`);
      t.deepEqual(recordedDevices(machine.system.recordsDir), []);
    }
    t.is(cuts, changes);
  });
}

test('a device that is as it was, but on record, stays as it is', async (t) => {
  const machine = fakeMachine(t, { devices: { [one]: untouched } });
  const before = machine.state();
  const path = join(machine.system.recordsDir, one, 'record.json');
  await take(machine.system, one);
  const record = readFileSync(path);
  await giveBack(machine.system, one);
  writeFileSync(path, record);

  t.deepEqual(await giveBackLeftovers(machine.system), [one]);
  t.deepEqual(machine.state(), before);
  t.false(existsSync(path));
});

test('a device is taken for the time of the work, however that ends', async (t) => {
  const machine = fakeMachine(t, { devices: { [one]: untouched } });
  const before = machine.state();
  const during: unknown[] = [];

  const driver = await withDevices([one], async (taken) => taken.driver, machine);
  await t.throwsAsync(
    withDevices(
      [one],
      async () => {
        during.push(machine.state());
        throw new Error('the guest died');
      },
      machine,
    ),
    { message: 'the guest died' },
  );

  t.is(driver, 'ixgbe');
  t.like(during[0], { devices: [{ driver: 'vfio-pci', driverOverride: 'vfio-pci' }], links: [] });
  t.deepEqual(machine.state(), before);
});

test('a device that vfio-pci does not take is given back, and why is said', async (t) => {
  const machine = fakeMachine(t, { devices: { [one]: untouched } });
  const before = machine.state();
  const write = async (path: string, text: string): Promise<void> => {
    if (path.endsWith('vfio-pci/bind')) throw Object.assign(new Error('no'), { code: 'EINVAL' });
    await machine.system.write(path, text);
  };

  const error = await t.throwsAsync(
    withDevices([one], async () => undefined, { system: { ...machine.system, write } }),
    { instanceOf: FlashError },
  );

  t.is(error?.message, 'vfio-pci could not be bound to 0000:01:00.0 (EINVAL)');
  t.deepEqual(machine.state(), before);
  t.deepEqual(recordedDevices(machine.system.recordsDir), []);
});

test('vfio-pci is loaded if it is a module', async (t) => {
  const machine = fakeMachine(t, { devices: { [one]: untouched }, drivers: ['ixgbe'] });
  const modulesOf = async (): Promise<readonly string[]> => ['vfio_pci'];

  const during = await withDevices([one], async () => machine.state(), { system: { ...machine.system, modulesOf } });

  t.like(during, { devices: [{ driver: 'vfio-pci' }] });
});

test('the next run gives back what a killed one had, and leaves what another run has', async (t) => {
  const machine = fakeMachine(t, {
    devices: { [one]: untouched, [other]: { driver: 'ixgbe', interfaces: [{ name: 'lan1', firstName: 'eth6' }] } },
  });
  const before = machine.state();
  await take(machine.system, one);

  t.regex(inspectTakenDevices(machine.system)[0]?.found ?? '', /^0000:01:00\.0$/);
  await withDevices(
    [other],
    async () => {
      t.deepEqual(await giveBackLeftovers(machine.system), []);
      t.deepEqual(recordedDevices(machine.system.recordsDir), [other]);
      await t.throwsAsync(
        withDevices([other], async () => undefined, machine),
        { message: /^0000:01:00.1 is in use by process \d+ \(giving it to a guest/ },
      );
    },
    machine,
  );

  t.deepEqual(machine.state(), before);
  t.deepEqual(inspectTakenDevices(machine.system), []);
});

test('a guest that outlived its harness is ended before its device is given back', async (t) => {
  const machine = fakeMachine(t, { devices: { [one]: { ...untouched, group: '17' } } });
  const before = machine.state();
  await take(machine.system, one);
  machine.addProcess(700, {
    commandLine: 'qemu\0-device\0vfio-pci,id=flash-passthrough-0\0',
    opened: ['/dev/vfio/17'],
  });
  machine.addProcess(701, { commandLine: 'vi\0', opened: ['/dev/vfio/18', '/dev/null'] });

  await giveBackLeftovers(machine.system);

  t.deepEqual(machine.ended, [700]);
  t.deepEqual(machine.state(), before);
});

test('a guest of somebody else is not ended, and the device stays on record', async (t) => {
  const machine = fakeMachine(t, { devices: { [one]: { ...untouched, group: '17' } } });
  await take(machine.system, one);
  machine.addProcess(700, { commandLine: 'qemu\0-m\x001G\0', opened: ['/dev/vfio/17'] });

  const error = await t.throwsAsync(giveBackLeftovers(machine.system), { instanceOf: FlashError });

  t.is(error?.message, 'process 700 (qemu) uses 0000:01:00.0');
  t.deepEqual(machine.ended, []);
  t.deepEqual(recordedDevices(machine.system.recordsDir), [one]);
});

test('what others have done to a device since is left alone', async (t) => {
  const machine = fakeMachine(t, { devices: { [one]: untouched } });
  const { system } = machine;
  const at = (...path: readonly string[]): string => join(system.sysfs, 'bus', 'pci', ...path);
  await take(system, one);
  await system.write(at('drivers', 'vfio-pci', 'unbind'), one);
  await system.write(at('devices', one, 'driver_override'), 'e1000e');
  await system.write(at('drivers', 'e1000e', 'bind'), one);

  await giveBack(system, one);

  t.like(machine.state(), { devices: [{ driver: 'e1000e', driverOverride: 'e1000e' }] });
  t.deepEqual(recordedDevices(system.recordsDir), []);
});

test('a device that is gone stays on record', async (t) => {
  const machine = fakeMachine(t, { devices: { [one]: untouched } });
  await take(machine.system, one);
  const elsewhere = { ...machine.system, sysfs: join(machine.root, 'nothing') };

  await t.throwsAsync(giveBackLeftovers(elsewhere), { message: /cannot be given back: there is no such device/ });
  t.deepEqual(recordedDevices(machine.system.recordsDir), [one]);
});
