import { existsSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createNetns, ipBatch, runIn } from '../host/netns.js';
import { FlashError } from '../errors.js';
import { run } from '../process/run.js';
import { waitUntil } from '../process/wait-until.js';
import { nicCards, type HardwareRings, type NicCard, type NicModel } from './model.js';

const netDir = '/sys/class/net';

/** From within the guest: the first devices that the driver of a model serves, in the order of their slots. */
export function portsOf(model: NicModel, count: number): string[] {
  return portsOfDriver(nicCards[model].driver, count);
}

export function portsOfDriver(driver: string, count: number): string[] {
  const found = readdirSync(netDir)
    .filter((name) => linkName(name, 'device', 'driver') === driver)
    .sort((one, other) => linkName(one, 'device').localeCompare(linkName(other, 'device')));
  if (found.length < count)
    throw new FlashError(
      'infrastructure',
      `this guest has ${found.length} ports that ${driver} serves and needs ${count}: ${found.join(', ')}`,
    );
  return found.slice(0, count);
}

/** The device at a PCI address of this machine, or of that name. */
export function portAt(address: string): string {
  const device = join('/sys/bus/pci/devices', address);
  return existsSync(join(device, 'net')) || !existsSync(join(netDir, address)) ? portOf(device) : address;
}

/** The network device that a driver has made of a device, by the folder that this has in sysfs. */
export function portOf(device: string): string {
  const dir = join(device, 'net');
  const [name] = existsSync(dir) ? readdirSync(dir) : [];
  if (name !== undefined && existsSync(join(netDir, name))) return name;
  throw new FlashError('infrastructure', `no driver has made a network device of ${basename(device)}`);
}

function linkName(device: string, ...path: readonly string[]): string {
  const link = join(netDir, device, ...path);
  return existsSync(link) ? basename(readlinkSync(link)) : '';
}

export const portNames = ['a', 'b'] as const;

/** Moves one or two ports to a fresh network namespace, as `a` and `b`, with the queues and rings of tests, and brings them up. */
export async function setUpPorts(netns: string, ports: readonly string[]): Promise<void> {
  await createNetns(netns);
  for (const [index, name] of portNames.slice(0, ports.length).entries())
    await setUpPort({ netns, port: ports[index] ?? '', name });
}

/** The same for one port, to a namespace that is there. */
export async function setUpPort({
  netns,
  port,
  name,
}: {
  readonly netns: string;
  readonly port: string;
  readonly name: string;
}): Promise<void> {
  // While sockets busy-poll the interrupt stays off, and for so long after.
  writeFileSync(join(netDir, port, 'napi_defer_hard_irqs'), '2');
  writeFileSync(join(netDir, port, 'gro_flush_timeout'), '200000');
  await run('ip', ['link', 'set', 'dev', port, 'netns', netns, 'name', name]);
  await setQueues(netns, name);
  await setHardwareRings(netns, name);
  await ipBatch(netns, [`link set dev ${name} up`]);
}

/** Drivers begin with a queue for each processor, or for each other one. */
async function setQueues(netns: string, name: string): Promise<void> {
  const { queues } = await cardOf(netns, name);
  const channels = await runIn(netns, 'ethtool', ['-l', name]);
  const [, now] = /^Current [\s\S]*^Combined:\s+(\d+)/m.exec(channels) ?? [];
  if (Number(now) !== queues) await runIn(netns, 'ethtool', ['-L', name, 'combined', String(queues)]);
}

/** Gives a port the rings of tests. */
export async function setHardwareRings(netns: string, name: string): Promise<void> {
  const { rx, tx } = await hardwareRings(netns, name);
  await runIn(netns, 'ethtool', ['-G', name, 'rx', String(rx.descriptors), 'tx', String(tx.descriptors)]);
}

/** The rings of tests of a port, which are its card's. */
export async function hardwareRings(netns: string, name: string): Promise<HardwareRings> {
  const { rings } = await cardOf(netns, name);
  return rings;
}

async function cardOf(netns: string, name: string): Promise<NicCard> {
  const about = await runIn(netns, 'ethtool', ['-i', name]);
  const [, driver] = /^driver: (\S+)/m.exec(about) ?? [];
  const card = Object.values(nicCards).find((each) => each.driver === driver);
  if (card === undefined) throw new FlashError('infrastructure', `${driver}, which serves ${name}, is of no card`);
  return card;
}

/** Until all have a carrier, or have noticed that they have none. Attaching a program and much of what ethtool changes resets a port. */
export async function waitForLinks(
  namespaces: readonly string[],
  names: readonly string[] = portNames,
  up = true,
): Promise<void> {
  const flag = up ? 'LOWER_UP' : 'NO-CARRIER';
  const state = { links: '' };
  await waitUntil(
    async () => {
      const lists = await Promise.all(namespaces.map((netns) => run('ip', ['-n', netns, '-br', 'link'])));
      state.links = lists.join('');
      return names.every((name) => new RegExp(`^${name}(@\\S+)? .*\\b${flag}\\b`, 'm').test(state.links));
    },
    {
      what: `${names.join(', ')} to show ${flag}`,
      deadlineMs: 60_000,
      intervalMs: 100,
      failAs: 'infrastructure',
      lastState: () => state.links,
    },
  );
}
