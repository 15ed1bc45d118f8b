import { join } from 'node:path';
import test from 'ava';
import { FlashError } from '../../../errors.js';
import { inspect } from '../../../passthrough/inspect.js';
import { parseLinks } from '../../../passthrough/network.js';
import { parsePciAddress } from '../../../passthrough/pci-device.js';
import { recordedDevices } from '../../../passthrough/record.js';
import { withDevices } from '../../../passthrough/with-devices.js';
import { fakeMachine, type FakeDevice, type FakeInterface, type FakeOptions } from './fake-machine.js';

const [one, other, third] = ['0000:01:00.0', '0000:01:00.1', '0000:02:00.0'] as const;
const ssh = { environment: 'A=b\0SSH_CONNECTION=192.0.2.7 50000 192.0.2.1 22\0' };
const global = { family: 'inet', local: '10.0.0.1', prefixlen: 24, scope: 'global' } as const;

const nic = (iface: Partial<FakeInterface> = {}, device: Partial<FakeDevice> = {}): FakeDevice => ({
  driver: 'ixgbe',
  interfaces: [{ name: 'lan0', firstName: 'eth0', ...iface }],
  ...device,
});

const cases: readonly {
  readonly title: string;
  readonly machine: FakeOptions;
  readonly asked?: readonly string[];
  readonly says: readonly RegExp[];
}[] = [
  { title: 'a NIC that nobody uses', machine: { devices: { [one]: nic() } }, says: [] },
  {
    title: 'both ports of a card in one group',
    machine: { devices: { [one]: nic({}, { group: '9' }), [other]: nic({ name: 'lan1' }, { group: '9' }) } },
    asked: [one, other],
    says: [],
  },
  { title: 'a NIC without a driver', machine: { devices: { [one]: {} } }, says: [] },
  {
    title: 'no IOMMU',
    machine: { devices: { [one]: nic() }, iommu: false },
    says: [/^No IOMMU is in use: switch VT-d or AMD-Vi on/],
  },
  {
    title: 'no vfio-pci',
    machine: { devices: { [one]: nic() }, drivers: ['ixgbe'] },
    says: [/^This kernel has no vfio-pci: boot one with CONFIG_VFIO_PCI/],
  },
  {
    title: 'no such device',
    machine: { devices: { [one]: nic() } },
    asked: [third],
    says: [/^There is no PCI device 0000:02:00.0: /],
  },
  {
    title: 'a disk',
    machine: { devices: { [one]: { driver: 'nvme', class: '0x010802' } } },
    says: [/^0000:01:00.0 is no NIC, but a PCI device of class 0x010802: /],
  },
  {
    title: 'a driver that no test knows',
    machine: { devices: { [one]: nic({}, { driver: 'e1000e' }) } },
    says: [
      /^0000:01:00.0 is served by e1000e, and the guest's kernel has only ixgbe, i40e, ice, mlx5_core, igb, virtio_net: /,
    ],
  },
  {
    title: 'an E810 without a package of Intel',
    machine: { devices: { [one]: nic({}, { driver: 'ice' }) } },
    says: [/^0000:01:00.0 is an E810, .* FLASH_ICE_PACKAGE/],
  },
  {
    title: 'another device in the group',
    machine: {
      devices: {
        [one]: nic({}, { group: '9' }),
        [other]: nic({ name: 'lan1' }, { group: '9' }),
        [third]: { driver: 'pcieport', group: '9', class: '0x060400' },
      },
    },
    says: [/^0000:01:00.1, which ixgbe serves, is in the same IOMMU group as 0000:01:00.0, 9: name both/],
  },
  {
    title: 'two kinds of cards',
    machine: { devices: { [one]: nic(), [third]: nic({ name: 'lan2' }, { driver: 'mlx5_core' }) } },
    asked: [one, third],
    says: [/^0000:01:00.0 is for ixgbe and 0000:02:00.0 is for mlx5_core: name ports of the same kind/],
  },
  {
    title: 'virtual functions',
    machine: { devices: { [one]: nic({}, { virtualFunctions: 4 }) } },
    says: [/^0000:01:00.0 has 4 virtual functions, .*: write 0 to its sriov_numvfs/],
  },
  {
    title: 'addresses',
    machine: { devices: { [one]: nic({ addresses: [global] }) } },
    says: [/^lan0 has 10.0.0.1\/24: .*`ip address flush dev lan0`/],
  },
  {
    title: 'the default route',
    machine: { devices: { [one]: nic() }, defaultRoutes: ['lan0'] },
    says: [/^A default route goes through lan0: /],
  },
  {
    title: "the user's SSH session",
    machine: { devices: { [one]: nic() }, routes: { '192.0.2.7': 'lan0' } },
    says: [/^Your own SSH session, from 192.0.2.7, comes in through lan0: /],
  },
  {
    title: "the user's SSH session, through a bridge over a bond",
    machine: { devices: { [one]: nic({ uppers: ['bond0'], master: 'bond0' }) }, routes: { '192.0.2.7': 'bond0' } },
    says: [
      /^Your own SSH session, from 192.0.2.7, comes in through lan0: /,
      /^lan0 is a port of bond0: take it out with `ip link set dev lan0 nomaster`/,
    ],
  },
  {
    title: 'a VLAN',
    machine: { devices: { [one]: nic({ uppers: ['lan0.7'] }) } },
    says: [/^lan0.7 is on top of lan0: remove it with `ip link delete lan0.7`/],
  },
  {
    title: 'an XDP program',
    machine: { devices: { [one]: nic({ hasXdpProgram: true }) } },
    says: [/^lan0 has an XDP program, which would be lost: /],
  },
  {
    title: 'an interface in another namespace',
    machine: { devices: { [one]: nic({}, { interfaces: [] }) } },
    says: [/^0000:01:00.0 has ixgbe and no interface here, so that is in another network namespace: /],
  },
  {
    title: 'all at once',
    machine: { devices: { [one]: nic({ addresses: [global] }, { virtualFunctions: 1 }) }, iommu: false },
    asked: [one, third],
    says: [/IOMMU/, /no PCI device/, /virtual functions/, /10\.0\.0\.1/],
  },
];

for (const { title, machine: options, asked = [one], says } of cases) {
  test(`${title}: ${says.length === 0 ? 'nothing is in the way' : 'refused in a sentence each, and nothing is touched'}`, async (t) => {
    const machine = fakeMachine(t, options);
    machine.addProcess(100, { parent: 90 });
    machine.addProcess(90, options.routes === undefined ? {} : ssh);
    const before = machine.state();

    const { problems } = await inspect(machine.system, asked);
    const refusal = await withDevices(asked, async () => undefined, machine).catch((error: unknown) => error);

    t.is(problems.length, says.length, problems.join('\n'));
    for (const [index, pattern] of says.entries()) t.regex(problems[index] ?? '', pattern);
    for (const problem of problems) t.regex(problem, /^[^:]+.*: .*[^.]\.$/s);
    t.is(refusal instanceof FlashError ? refusal.details.logTail : undefined, problems.join('\n') || undefined);
    t.deepEqual(machine.state(), before);
    t.deepEqual(recordedDevices(machine.system.recordsDir), []);
  });
}

test('a device that another guest uses is refused', async (t) => {
  const machine = fakeMachine(t, { devices: { [one]: { driver: 'vfio-pci', group: '4' } } });
  machine.addProcess(300, { commandLine: 'qemu\0', opened: [join('/dev/vfio', '4')] });

  t.deepEqual((await inspect(machine.system, [one])).problems, [
    '0000:01:00.0 is in use by process 300 (qemu): end that first.',
  ]);
});

test('who is not root is told so, beside all else, and locks nothing', async (t) => {
  const machine = fakeMachine(t, { devices: { [one]: nic() }, iommu: false });
  const system = { ...machine.system, isRoot: false };

  const error = await t.throwsAsync(
    withDevices([one], async () => undefined, { system }),
    { instanceOf: FlashError },
  );

  t.is(error?.message, '0000:01:00.0 cannot be given to a guest');
  t.regex((error as FlashError).details.logTail ?? '', /^Only root .*: run this as root\.\nNo IOMMU/);
});

for (const [text, address] of [
  ['0000:01:00.0', '0000:01:00.0'],
  ['01:00.1', '0000:01:00.1'],
  ['0001:AF:1F.7', '0001:af:1f.7'],
  ['01:00.8', undefined],
  ['01:20.0', undefined],
  ['eth0', undefined],
  ['../01:00.0', undefined],
] as const) {
  test(`${text} is ${address === undefined ? 'no PCI address' : `the PCI address ${address}`}`, (t) => {
    t.is(parsePciAddress(text), address);
  });
}

test('what ip says of interfaces is read', (t) => {
  const said = [
    {
      ifname: 'lan0',
      flags: ['BROADCAST', 'UP', 'LOWER_UP'],
      mtu: 9000,
      address: '02:00:00:00:00:07',
      xdp: { mode: 1 },
      addr_info: [
        { family: 'inet', local: '10.0.0.1', prefixlen: 24, broadcast: '10.0.0.255', scope: 'global', label: 'x' },
        {},
      ],
    },
    { ifname: 'gre0', flags: [], mtu: 1476 },
  ];

  t.deepEqual(parseLinks(JSON.stringify(said)), [
    {
      ...{ name: 'lan0', up: true, mtu: 9000, mac: '02:00:00:00:00:07', hasXdpProgram: true },
      addresses: [{ family: 'inet', local: '10.0.0.1', prefixlen: 24, scope: 'global', broadcast: '10.0.0.255' }],
    },
    { name: 'gre0', up: false, mtu: 1476, mac: '', hasXdpProgram: false, addresses: [] },
  ]);
});
