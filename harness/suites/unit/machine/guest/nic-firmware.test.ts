import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { writeCpio } from '../../../../host/cpio.js';
import { attachFirmware, firmwareOf } from '../../../../machine/guest/nic-firmware.js';
import type { MachineOptions } from '../../../../machine/guest/virtme.js';
import { temporaryDir } from '../../support/tiny-repository.js';

const machine = { image: '/bzImage', cpus: 1, memoryMb: 64, accel: 'tcg', extraQemuArgs: ['-snapshot'] } as const;
const firmware = { name: 'vendor/card.bin', load: () => Buffer.from('firmware') };

test('a machine whose cards have no firmware is left as it is', (t) => {
  const plain = { ...machine, sharedDir: temporaryDir(t) };

  t.is(attachFirmware(plain, []), plain);
});

test('firmware is in the first root, which has nothing to run', (t) => {
  const sharedDir = temporaryDir(t);

  const { extraQemuArgs } = attachFirmware({ ...machine, sharedDir }, [firmware]);

  const initrd = join(sharedDir, 'firmware.cpio');
  t.deepEqual(extraQemuArgs, ['-snapshot', `-initrd ${initrd}`]);
  t.deepEqual(
    readFileSync(initrd),
    writeCpio([{ path: 'lib/firmware/vendor/card.bin', bytes: Buffer.from('firmware') }]),
  );
});

test('a driver that is bound again finds it where the guest shares files', (t) => {
  const sharedDir = temporaryDir(t);

  const { appendKernelArgs } = attachFirmware({ ...machine, sharedDir, appendKernelArgs: ['quiet'] }, [firmware]);

  t.deepEqual(appendKernelArgs, ['quiet', `firmware_class.path=${join(sharedDir, 'firmware')}`]);
  t.is(readFileSync(join(sharedDir, 'firmware', 'vendor', 'card.bin'), 'utf8'), 'firmware');
});

test('cards whose drivers ask for nothing have no firmware', (t) => {
  t.deepEqual(firmwareOf([{ model: 'i40e', socketPath: '/a' }]), []);
});

test('a kernel whose drivers are modules keeps its own initrd', (t) => {
  const sharedDir = temporaryDir(t);

  const attached = attachFirmware<MachineOptions>({ ...machine, sharedDir }, [firmware], true);

  t.deepEqual(attached.extraQemuArgs, ['-snapshot']);
  t.deepEqual(attached.appendKernelArgs, [`firmware_class.path=${join(sharedDir, 'firmware')}`]);
});
