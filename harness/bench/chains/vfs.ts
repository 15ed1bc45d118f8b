import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ipBatch } from '../../host/netns.js';
import { FlashError } from '../../errors.js';
import { waitForLinks } from '../../nics/guest-ports.js';
import { run } from '../../process/run.js';
import { waitUntil } from '../../process/wait-until.js';
import { benchNetns, vfName } from './devices.js';

export interface VirtualFunctions extends Disposable {
  /** Of their devices, in order. A name may still change: udev gives it another. */
  readonly ifindexes: readonly number[];
}

export interface VfOptions {
  /** The physical function. */
  readonly nic: string;
  readonly count: number;
  readonly sysfs?: string;
  /** Runs `ip` with such arguments. */
  readonly ip?: (args: readonly string[]) => Promise<unknown>;
  readonly deadlineMs?: number;
}

interface Netdev {
  readonly vf: number;
  readonly ifindex: number;
  readonly address: string;
}

const runIp = (args: readonly string[]): Promise<unknown> => run('ip', args);
const deviceOf = (nic: string, sysfs: string): string => join(sysfs, 'class', 'net', nic, 'device');
const countOf = (file: string): number => (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0);

/** Why nothing is measured over them, if so. They are only made where the NIC was named: that changes it. */
export function whyNoVirtualFunctions({
  here,
  nic,
  sysfs = '/sys',
}: {
  readonly here: boolean;
  readonly nic?: string | undefined;
  readonly sysfs?: string;
}): string | undefined {
  if (!here) return 'needs a NIC with SR-IOV: --here --vfs-of';
  if (nic !== undefined) return undefined;
  const isThere = readdirSync(join(sysfs, 'class', 'net')).some(
    (name) => countOf(join(deviceOf(name, sysfs), 'sriov_totalvfs')) > 0,
  );
  return isThere ? 'name the NIC whose virtual functions may be used: --vfs-of' : 'no NIC here has virtual functions';
}

/** Changes nothing. */
export function requireVirtualFunctions({ nic, count, sysfs = '/sys' }: VfOptions): void {
  const device = deviceOf(nic, sysfs);
  const refuse = (why: string, advice: string): never => {
    throw new FlashError('usage', `${nic} cannot have ${count} virtual functions made: ${why}`, { advice });
  };
  if (!existsSync(join(sysfs, 'class', 'net', nic)))
    refuse('there is no such device', '`ip link` lists those there are');
  if (!existsSync(join(device, 'sriov_totalvfs')))
    refuse('it has no SR-IOV', 'name the physical function of a NIC that has, and whose driver serves it');
  const most = countOf(join(device, 'sriov_totalvfs'));
  if (most < count) refuse(`it can have ${most}`, 'some NICs can be configured for more');
  const existing = countOf(join(device, 'sriov_numvfs'));
  if (existing > 0)
    refuse(
      `it has ${existing} already, which somebody may use`,
      `if nobody does: echo 0 > ${join(device, 'sriov_numvfs')}`,
    );
}

/**
 * Makes the virtual functions of a NIC and waits for their devices. A stage sends from the address of
 * its own device, so that they need no trust, and the NIC may go on checking for spoofed addresses.
 * Disposing removes them, wherever their devices are by then, and runs no program: it also works
 * when the user has interrupted.
 */
export async function createVirtualFunctions(options: VfOptions): Promise<VirtualFunctions> {
  const { nic, count, sysfs = '/sys', ip = runIp, deadlineMs = 60_000 } = options;
  requireVirtualFunctions(options);
  const device = deviceOf(nic, sysfs);
  const giveBack = (): void => writeCount(device, 0);
  writeCount(device, count);
  try {
    const netdevs = await waitForNetdevs(device, count, deadlineMs);
    for (const { vf, ifindex, address } of netdevs)
      if (/^[0:]*$/.test(address)) await giveAddress(ip, nic, vf, ifindex);
    return { ifindexes: netdevs.map(({ ifindex }) => ifindex), [Symbol.dispose]: giveBack };
  } catch (error) {
    giveBack();
    throw error;
  }
}

function writeCount(device: string, count: number): void {
  const file = join(device, 'sriov_numvfs');
  try {
    writeFileSync(file, String(count));
  } catch (cause) {
    throw new FlashError('infrastructure', `writing ${count} to ${file}: ${(cause as Error).message}`, {
      cause,
      advice: 'the kernel log says what the driver had against it',
    });
  }
}

async function waitForNetdevs(device: string, count: number, deadlineMs: number): Promise<Netdev[]> {
  let seen: Netdev[] = [];
  return waitUntil(
    () => {
      seen = Array.from({ length: count }, (_, vf) => readNetdev(device, vf)).filter((netdev) => netdev !== undefined);
      return seen.length === count ? seen : undefined;
    },
    {
      what: `the devices of ${count} virtual functions below ${device}`,
      deadlineMs,
      failAs: 'infrastructure',
      lastState: () => `those of ${seen.map(({ vf }) => vf).join(', ') || 'none'}; is there a driver for them?`,
    },
  );
}

/** Undefined if it is not there yet, or was renamed just now. */
function readNetdev(device: string, vf: number): Netdev | undefined {
  try {
    const net = join(device, `virtfn${vf}`, 'net');
    const read = (attribute: string): string =>
      readFileSync(join(net, readdirSync(net)[0] ?? '', attribute), 'utf8').trim();
    return { vf, ifindex: Number(read('ifindex')), address: read('address') };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** One of those that anybody may use. Both the NIC, whose switch goes by it, and the device are told. */
async function giveAddress(
  ip: (args: readonly string[]) => Promise<unknown>,
  nic: string,
  vf: number,
  ifindex: number,
): Promise<void> {
  const address = ['02', ...[...randomBytes(5)].map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
  await ip(['link', 'set', 'dev', nic, 'vf', String(vf), 'mac', address]);
  await ip(['link', 'set', 'dev', byIndex(ifindex), 'address', address]);
}

/** `ip` takes this for a device of whatever name. */
const byIndex = (ifindex: number): string => `if${ifindex}`;

/** Moves their devices to the network namespace of the bench, which must be there, and waits until packets can pass. */
export async function placeVirtualFunctions(ifindexes: readonly number[]): Promise<void> {
  const names = ifindexes.map((_, stage) => vfName(stage));
  for (const [stage, ifindex] of ifindexes.entries())
    await run('ip', ['link', 'set', 'dev', byIndex(ifindex), 'netns', benchNetns, 'name', vfName(stage)]);
  await ipBatch(
    benchNetns,
    names.map((name) => `link set dev ${name} up`),
  );
  await waitForLinks([benchNetns], names);
}
