import { join } from 'node:path';
import { waitUntil } from '../process/wait-until.js';
import { isLinkLocal, type IpAddress, type Link } from './network.js';
import { pciPath, namesIn, readIfThere } from './pci-device.js';
import type { InterfaceState } from './record.js';
import type { System } from './system.js';

const deadlineMs = 30_000;

/** The interfaces of a device, as they can be made again. */
export async function readInterfaces(system: System, address: string): Promise<InterfaceState[]> {
  const links = await system.network.links();
  return portsOf(system, address).flatMap(({ name, port }) => {
    const link = links.find((each) => each.name === name);
    return link === undefined ? [] : [{ name, port, ...stateOf(link) }];
  });
}

function stateOf({ up, mtu, mac, addresses }: Link): Pick<InterfaceState, 'up' | 'mtu' | 'mac' | 'addresses'> {
  return { up, mtu, mac, addresses: addresses.filter((each) => !isLinkLocal(each)) };
}

/** Makes the interfaces of a device, which has its driver again, what they were. */
export async function restoreInterfaces(
  system: System,
  address: string,
  wanted: readonly InterfaceState[],
): Promise<void> {
  if (wanted.length === 0) return;
  await waitUntil(() => portsOf(system, address).length >= wanted.length, {
    what: `the interfaces of ${address} to come back`,
    deadlineMs,
    failAs: 'infrastructure',
    evenIfInterrupted: true,
    lastState: () => portsOf(system, address),
  });
  await system.network.settle();
  for (const each of wanted) await restoreInterface(system, address, each);
}

async function restoreInterface(
  { network, ...system }: System,
  address: string,
  wanted: InterfaceState,
): Promise<void> {
  const now = portsOf(system, address).find(({ port }) => port === wanted.port)?.name;
  const link = (await network.links()).find(({ name }) => name === now);
  if (link === undefined) return;
  const { name } = wanted;
  const set = (...words: readonly string[]): Promise<void> => network.change(['link', 'set', 'dev', name, ...words]);

  if (link.name !== name) {
    if (link.up) await network.change(['link', 'set', 'dev', link.name, 'down']);
    await network.change(['link', 'set', 'dev', link.name, 'name', name]);
  }
  if (link.mac !== wanted.mac) await set('address', wanted.mac);
  if (link.mtu !== wanted.mtu) await set('mtu', String(wanted.mtu));
  await set(wanted.up ? 'up' : 'down');
  for (const each of wanted.addresses) await network.change(addressCommand(name, each));
}

/** Without an error if the address is there. */
function addressCommand(name: string, { local, prefixlen, scope, address, broadcast }: IpAddress): readonly string[] {
  const peer = address === undefined ? [`${local}/${prefixlen}`] : [local, 'peer', `${address}/${prefixlen}`];
  const broadcasts = broadcast === undefined ? [] : ['broadcast', broadcast];
  return ['address', 'replace', ...peer, ...broadcasts, 'scope', scope, 'dev', name];
}

/** A card may have several ports on one PCI function. */
function portsOf({ sysfs }: Pick<System, 'sysfs'>, address: string): readonly { name: string; port: number }[] {
  const net = join(pciPath(sysfs, address), 'net');
  return namesIn(net).map((name) => ({ name, port: Number(readIfThere(join(net, name, 'dev_port'))) }));
}
