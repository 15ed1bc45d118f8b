import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { createVirtualFunctions, whyNoVirtualFunctions, type VfOptions } from '../../../bench/chains/vfs.js';
import { FlashError } from '../../../errors.js';
import { withTemporaryDir } from '../../../host/temporary.js';
import { waitUntil } from '../../../process/wait-until.js';

/** A made-up /sys with a NIC whose virtual functions have devices of such addresses as soon as they are asked for. */
interface MadeUpNic {
  readonly sysfs: string;
  readonly numvfs: () => string;
  readonly addNetdev: (vf: number, address?: string) => void;
  readonly create: (options?: Partial<VfOptions>) => ReturnType<typeof createVirtualFunctions>;
  /** What `ip` was told to do. */
  readonly commands: readonly string[];
}

const firstIfindex = 40;
const someAddress = '7a:00:00:00:00:01';
const addresses = [someAddress, someAddress, someAddress];

interface NicOptions {
  readonly totalvfs?: number;
  readonly numvfs?: number;
  readonly addresses?: readonly string[];
}

function withNic(
  { totalvfs, numvfs = 0, addresses = [] }: NicOptions,
  work: (nic: MadeUpNic) => Promise<void> | void,
): Promise<void> {
  return withTemporaryDir(tmpdir(), async (sysfs) => {
    const device = join(sysfs, 'class', 'net', 'pf', 'device');
    const commands: string[] = [];
    const put = (dir: string, file: string, text: string | number): void => {
      mkdirSync(dir, { recursive: true });
      writeFileSync(join(dir, file), `${text}\n`);
    };
    mkdirSync(device, { recursive: true });
    if (totalvfs !== undefined) {
      put(device, 'sriov_totalvfs', totalvfs);
      put(device, 'sriov_numvfs', numvfs);
    }
    const addNetdev = (vf: number, address = someAddress): void => {
      const netdev = join(device, `virtfn${vf}`, 'net', `eth${vf}`);
      put(netdev, 'address', address);
      put(netdev, 'ifindex', firstIfindex + vf);
    };
    for (const [vf, address] of addresses.entries()) addNetdev(vf, address);
    await work({
      sysfs,
      addNetdev,
      commands,
      numvfs: () =>
        existsSync(join(device, 'sriov_numvfs'))
          ? readFileSync(join(device, 'sriov_numvfs'), 'utf8').trim()
          : 'missing',
      create: (options) =>
        createVirtualFunctions({
          nic: 'pf',
          count: 3,
          sysfs,
          deadlineMs: 2000,
          ip: async (args) => void commands.push(args.join(' ')),
          ...options,
        }),
    });
  });
}

test('virtual functions are made, found in their order and given back', (t) =>
  withNic({ totalvfs: 8, addresses }, async (nic) => {
    const functions = await nic.create();

    t.is(nic.numvfs(), '3');
    t.deepEqual(functions.ifindexes, [40, 41, 42]);
    t.deepEqual(nic.commands, []);
    functions[Symbol.dispose]();
    t.is(nic.numvfs(), '0');
  }));

test('a device that comes late is waited for', (t) =>
  withNic({ totalvfs: 8, addresses: addresses.slice(1) }, async (nic) => {
    const made = nic.create();
    await waitUntil(() => nic.numvfs() === '3', {
      what: 'virtual functions to be asked for',
      deadlineMs: 2000,
      intervalMs: 1,
    });
    nic.addNetdev(2);

    t.deepEqual((await made).ifindexes, [40, 41, 42]);
  }));

test('a device without an address gets one of its own, which the NIC is told as well', (t) =>
  withNic({ totalvfs: 8, addresses: ['00:00:00:00:00:00', someAddress, '00:00:00:00:00:00'] }, async (nic) => {
    using _functions = await nic.create();

    const given = nic.commands.map((command) => command.split(' ').at(-1) ?? '');
    t.deepEqual(
      nic.commands.map((command) => command.replace(/ \S+$/, '')),
      [
        'link set dev pf vf 0 mac',
        'link set dev if40 address',
        'link set dev pf vf 2 mac',
        'link set dev if42 address',
      ],
    );
    for (const address of given) t.regex(address, /^02(:[0-9a-f]{2}){5}$/);
    t.is(given[0], given[1]);
    t.is(given[2], given[3]);
    t.not(given[0], given[2]);
  }));

for (const { title, nic: has, options, message } of [
  {
    title: 'is not there',
    nic: { totalvfs: 8 },
    options: { nic: 'other' },
    message: /other cannot have 3 .* no such device/,
  },
  { title: 'has no SR-IOV', nic: {}, options: {}, message: /pf cannot have 3 .* it has no SR-IOV/ },
  { title: 'can have fewer than it takes', nic: { totalvfs: 2 }, options: {}, message: /it can have 2/ },
  { title: 'has some that others may use', nic: { totalvfs: 8, numvfs: 1 }, options: {}, message: /it has 1 already/ },
] satisfies readonly { title: string; nic: NicOptions; options: Partial<VfOptions>; message: RegExp }[]) {
  test(`a NIC that ${title} is refused and left as it is`, (t) =>
    withNic({ addresses, ...has }, async (nic) => {
      const before = nic.numvfs();

      const error = await t.throwsAsync(nic.create(options), { instanceOf: FlashError, message });

      t.is((error as FlashError).kind, 'usage');
      t.is(nic.numvfs(), before);
    }));
}

test('virtual functions are given back when a device never comes, and the missing one shows', (t) =>
  withNic({ totalvfs: 8, addresses: addresses.slice(1) }, async (nic) => {
    await t.throwsAsync(nic.create({ deadlineMs: 0 }), {
      instanceOf: FlashError,
      message: /3 virtual functions.*those of 0, 1;/,
    });

    t.is(nic.numvfs(), '0');
  }));

test('virtual functions are given back when one cannot be given an address', (t) =>
  withNic({ totalvfs: 8, addresses: ['00:00:00:00:00:00', someAddress, someAddress] }, async (nic) => {
    const ip = (): Promise<never> => Promise.reject(new FlashError('infrastructure', 'ip failed'));

    await t.throwsAsync(nic.create({ ip }), { instanceOf: FlashError, message: 'ip failed' });

    t.is(nic.numvfs(), '0');
  }));

for (const { title, nic: has, here, named, reason } of [
  { title: 'in a guest', nic: { totalvfs: 8 }, here: false, reason: 'needs a NIC with SR-IOV: --here --vfs-of' },
  { title: 'without a NIC that has any', nic: {}, here: true, reason: 'no NIC here has virtual functions' },
  {
    title: 'with a NIC that is told to have none',
    nic: { totalvfs: 0 },
    here: true,
    reason: 'no NIC here has virtual functions',
  },
  {
    title: 'with a NIC that nobody named',
    nic: { totalvfs: 8 },
    here: true,
    reason: 'name the NIC whose virtual functions may be used: --vfs-of',
  },
  { title: 'with a NIC that was named', nic: { totalvfs: 8 }, here: true, named: 'pf', reason: undefined },
] satisfies readonly { title: string; nic: NicOptions; here: boolean; named?: string; reason: string | undefined }[]) {
  test(`chains over virtual functions, ${title}: ${reason ?? 'measured'}`, (t) =>
    withNic(has, ({ sysfs }) => {
      t.is(whyNoVirtualFunctions({ here, nic: named, sysfs }), reason);
    }));
}
