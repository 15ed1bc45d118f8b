import test from 'ava';
import { FlashError } from '../../../errors.js';
import { parseInventory } from '../../../lab/inventory/inventory.js';
import { formatInventory } from '../../../virtual-lab/inventory.js';
import { planLab } from '../../../virtual-lab/plan.js';
import { machineArgs } from '../../../virtual-lab/qemu-args.js';

const reach = (name: string) => ({
  sshPort: 40001,
  privateKey: '/cache/with blank/id_ed25519',
  knownHosts: '/cache/with blank/known_hosts',
  powerCycle: `./power-cycle ${name}`,
});

function cablesOf(...given: Parameters<typeof planLab>): readonly string[] {
  const plan = planLab(...given);
  const { cables } = parseInventory(formatInventory(plan, reach), '/lab.yaml');
  return cables.map((ends) => ends.map(({ machine, port }) => `${machine}.${port}`).join(' '));
}

test('the inventory of a virtual lab is one that the other commands take', (t) => {
  const { machines } = parseInventory(formatInventory(planLab(['ixgbe', 'ice'], 1), reach), '/lab.yaml');

  t.is(machines.length, 1);
  t.deepEqual(machines[0]?.ports, {
    p0: '0000:01:00.0',
    p1: '0000:02:00.0',
    p2: '0000:03:00.0',
    p3: '0000:04:00.0',
  });
  t.is(machines[0]?.powerCycle, './power-cycle dut');
  t.deepEqual(machines[0]?.may, ['install-kernels', 'change-ports', 'reserve-hugepages']);
  t.deepEqual(machines[0]?.sshOptions.slice(0, 4), ['-p', '40001', '-i', '/cache/with blank/id_ed25519']);
  t.true(machines[0]?.sshOptions.includes('StrictHostKeyChecking=yes'));
});

test('one machine has a loop cable for each model', (t) => {
  t.deepEqual(cablesOf(['ixgbe', 'mlx5'], 1), ['dut.p0 dut.p1', 'dut.p2 dut.p3']);
});

test('machines are cabled two by two, port by port', (t) => {
  t.deepEqual(cablesOf(['ixgbe'], 4), ['dut0.p0 dut1.p0', 'dut0.p1 dut1.p1', 'dut2.p0 dut3.p0', 'dut2.p1 dut3.p1']);
});

test('an odd number of machines cannot be cabled', (t) => {
  const error = t.throws(() => planLab(['ixgbe'], 3), { instanceOf: FlashError });

  t.is(error?.kind, 'usage');
});

test('a machine is attached to its NICs and leaves its SSH port to QEMU', (t) => {
  const args = machineArgs({
    ...{ accel: 'tcg', cpus: 2, memoryMb: 512, mac: '02:00:00:00:00:01' },
    ...{ disk: '/lab, one/dut.qcow2', consolePath: '/logs, one/console', qmpPath: '/run/dut.qmp' },
    ports: [{ model: 'ixgbe', socketPath: '/run/port0' }],
  });

  const text = args.join(' ');
  t.regex(text, /hostfwd=tcp:127\.0\.0\.1:0-:22/);
  t.regex(text, /memfd,id=memory,size=512M,share=on/);
  t.true(args.includes('file,id=console,path=/logs,, one/console,append=on'));
  const card = args.find((arg) => arg.includes('vfio-user-pci')) ?? '';
  t.deepEqual(JSON.parse(card), {
    driver: 'vfio-user-pci',
    id: 'card0',
    bus: 'slot0',
    socket: { type: 'unix', path: '/run/port0' },
  });
});
