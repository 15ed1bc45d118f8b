import test from 'ava';
import { passthroughQemuArgs } from '../../../passthrough/qemu-devices.js';

test('each device is in a slot of its own, and its guest is known by it', (t) => {
  t.deepEqual(passthroughQemuArgs(['0000:01:00.0', '0000:01:00.1']), [
    '-device pcie-root-port,id=passthrough-slot0,chassis=64 -device vfio-pci,host=0000:01:00.0,bus=passthrough-slot0,id=flash-passthrough-0',
    '-device pcie-root-port,id=passthrough-slot1,chassis=65 -device vfio-pci,host=0000:01:00.1,bus=passthrough-slot1,id=flash-passthrough-1',
  ]);
});
