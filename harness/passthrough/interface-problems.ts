import { join } from 'node:path';
import { isLinkLocal, type Link } from './network.js';
import { namesIn, readIfThere, type PciDevice } from './pci-device.js';
import { sshClient } from './ssh-session.js';
import type { System } from './system.js';

interface Routes {
  readonly defaults: readonly string[];
  readonly client: string | undefined;
  readonly toClient: string | undefined;
}

/** Who would lose what, if the devices went away. */
export async function interfaceProblems(
  system: System,
  devices: readonly PciDevice[],
  guestDrivers: readonly string[],
): Promise<readonly string[]> {
  const { network, procfs, pid } = system;
  const client = sshClient(procfs, pid);
  const routes = {
    defaults: await network.defaultRoutes(),
    client,
    toClient: client === undefined ? undefined : await network.routeTo(client),
  };
  const links = await network.links();
  return devices.flatMap((device) => [
    ...elsewhere(device, guestDrivers),
    ...device.interfaces.flatMap((name) => [...problemsOf(system, name, links, routes)]),
  ]);
}

/** Of a driver that is known to make one. */
function elsewhere(
  { address, driver = '', interfaces }: PciDevice,
  guestDrivers: readonly string[],
): readonly string[] {
  if (!guestDrivers.includes(driver) || interfaces.length > 0) return [];
  return [
    `${address} has ${driver} and no interface here, so that is in another network namespace: end what runs there, or move it back with \`ip link set dev NAME netns 1\`.`,
  ];
}

function* problemsOf({ sysfs }: System, name: string, links: readonly Link[], routes: Routes): Generator<string> {
  const above = uppersOf(sysfs, name);
  const link = links.find((each) => each.name === name);
  const carries = (device: string | undefined): boolean => device !== undefined && [name, ...above].includes(device);

  if (carries(routes.toClient))
    yield `Your own SSH session, from ${routes.client}, comes in through ${name}: name another NIC, or come from elsewhere.`;
  if (routes.defaults.some(carries))
    yield `A default route goes through ${name}: name another NIC, or remove the route with \`ip route del default dev ${routes.defaults.find(carries)}\`.`;
  const addresses = (link?.addresses ?? []).filter((each) => !isLinkLocal(each));
  if (addresses.length > 0)
    yield `${name} has ${addresses.map(({ local, prefixlen }) => `${local}/${prefixlen}`).join(' and ')}: have what configures it leave it alone, and remove the address with \`ip address flush dev ${name}\`.`;
  for (const upper of above) yield uppersSentence(sysfs, name, upper);
  if (link?.hasXdpProgram === true)
    yield `${name} has an XDP program, which would be lost: end what attached it, or take it off with \`ip link set dev ${name} xdp off\`.`;
}

function uppersSentence(sysfs: string, name: string, upper: string): string {
  const isMaster = readIfThere(join(sysfs, 'class', 'net', name, 'master', 'uevent')).includes(`INTERFACE=${upper}`);
  return isMaster
    ? `${name} is a port of ${upper}: take it out with \`ip link set dev ${name} nomaster\`.`
    : `${upper} is on top of ${name}: remove it with \`ip link delete ${upper}\`.`;
}

/** What is made of an interface: bridges, bonds, VLANs, and what is made of these. */
function uppersOf(sysfs: string, name: string): readonly string[] {
  const found = new Set<string>();
  const visit = (each: string): void => {
    for (const entry of namesIn(join(sysfs, 'class', 'net', each)).filter((file) => file.startsWith('upper_'))) {
      const upper = entry.slice('upper_'.length);
      if (found.has(upper)) continue;
      found.add(upper);
      visit(upper);
    }
  };
  visit(name);
  return [...found];
}
