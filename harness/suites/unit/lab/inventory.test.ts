import test from 'ava';
import { FlashError } from '../../../errors.js';
import { chooseMachines, parseInventory, readInventory, requirePermission } from '../../../lab/inventory/inventory.js';

const whole = `# Two machines.
machines:
  dut:
    ssh: root@lab1.example
    ssh-options: [-p, "2222"]
    power-cycle: ./power-cycle dut
    may: [install-kernels, change-ports]
    ports:
      p0: 0000:01:00.0
      p1: enp2s0
  peer:
    ssh: lab2
    ports:
      p0: 0000:01:00.0
cables:
  - [dut.p0, peer.p0]
`;

test('an inventory tells machines, how to reach them, what may be touched and what is cabled to what', (t) => {
  const { machines, cables, directory } = parseInventory(whole, '/labs/one/lab.yaml');

  t.is(directory, '/labs/one');
  t.deepEqual(machines[0], {
    name: 'dut',
    ssh: 'root@lab1.example',
    sshOptions: ['-p', '2222'],
    powerCycle: './power-cycle dut',
    may: ['install-kernels', 'change-ports'],
    ports: { p0: '0000:01:00.0', p1: 'enp2s0' },
  });
  t.deepEqual(machines[1], { name: 'peer', ssh: 'lab2', sshOptions: [], may: [], ports: { p0: '0000:01:00.0' } });
  t.deepEqual(cables, [
    [
      { machine: 'dut', port: 'p0' },
      { machine: 'peer', port: 'p0' },
    ],
  ]);
});

const mistakes = [
  { what: 'a setting that does not exist', from: 'power-cycle:', to: 'powercycle:', says: /:6: .*no such setting/ },
  { what: 'a permission that does not exist', from: 'change-ports]', to: 'all]', says: /:7: machines\.dut\.may\.1: / },
  { what: 'a PCI address in another form', from: 'p0: 0000:01:00.0', to: 'p0: 01:00.0', says: /:9: .*0000:01:00\.0/ },
  { what: 'a port that is two', from: 'enp2s0', to: '0000:01:00.0', says: /:10: .*0000:01:00\.0 is p0 already/ },
  { what: 'an address that ssh takes for an option', from: 'lab2', to: '-oProxyCommand=x', says: /:12: .*ssh/ },
  { what: 'a machine without an address', from: '    ssh: lab2\n', to: '', says: /:11: machines\.peer\.ssh: / },
  { what: 'a cable to no machine', from: 'peer.p0]', to: 'pear.p0]', says: /:16: .*no machine "pear"/ },
  { what: 'a cable to no port', from: 'peer.p0]', to: 'peer.p7]', says: /:16: .*peer has no port "p7"/ },
  { what: 'a cable with both ends at one port', from: 'peer.p0]', to: 'dut.p0]', says: /:16: .*another cable/ },
  { what: 'what is not YAML', from: '[dut.p0,', to: '[dut.p0: ,]]', says: /:16: / },
  { what: 'a name twice', from: '  peer:', to: '  dut:', says: /:11: .*unique/ },
] as const;

for (const { what, from, to, says } of mistakes) {
  test(`an inventory with ${what} is refused, with the line`, (t) => {
    const error = t.throws(() => parseInventory(whole.replace(from, to), '/labs/lab.yaml'), { instanceOf: FlashError });

    t.is(error?.kind, 'usage');
    t.regex(error?.message ?? '', /^\/labs\/lab\.yaml:/);
    t.regex(error?.message ?? '', says);
  });
}

test('all mistakes of an inventory are said at once', (t) => {
  const text = whole.replace('lab2', '""').replace('change-ports]', 'all]');

  const error = t.throws(() => parseInventory(text, 'lab.yaml'), { instanceOf: FlashError });

  t.regex(error?.message ?? '', /^lab\.yaml:7: .*\n {2}lab\.yaml:12: /);
});

test('an empty inventory and one that is not there are refused', (t) => {
  t.regex(t.throws(() => parseInventory('', 'lab.yaml'))?.message ?? '', /^lab\.yaml:1: machines: /);
  t.regex(t.throws(() => readInventory('/nowhere/lab.yaml'))?.message ?? '', /\/nowhere\/lab\.yaml cannot be read/);
});

test('a machine that is named must be in the inventory', (t) => {
  const inventory = parseInventory(whole, 'lab.yaml');

  t.deepEqual(
    chooseMachines(inventory, ['peer']).map(({ name }) => name),
    ['peer'],
  );
  t.is(chooseMachines(inventory, []).length, 2);
  const error = t.throws(() => chooseMachines(inventory, ['pear']), { instanceOf: FlashError });
  t.is(error?.details.advice, 'it has dut, peer');
});

test('what the inventory does not allow is refused, with the line to write', (t) => {
  const [dut, peer] = parseInventory(whole, 'lab.yaml').machines;

  t.notThrows(() => dut && requirePermission(dut, 'change-ports', 'changing ports'));
  const error = t.throws(() => peer && requirePermission(peer, 'change-ports', 'changing ports'), {
    instanceOf: FlashError,
  });
  t.is(error?.message, 'the inventory does not allow changing ports on peer: its `may` lacks change-ports');
  t.is(error?.details.advice, 'if it is meant to: may: [change-ports]');
});
