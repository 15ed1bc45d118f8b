import { existsSync, readlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { affinityFile } from '../../host/interrupts.js';
import { attempt, run } from '../../process/run.js';
import { waitUntil } from '../../process/wait-until.js';
import { spreadWords } from './ethtool-text.js';
import { findPort, type FoundPort } from './find-port.js';
import { deviceDir, interruptsOf, readDevice } from './read-state.js';
import { differences, type PortState } from './state.js';

/** Makes a port as it was. What is so already is left alone. Returns what could not be brought back. */
export async function applyPort(wanted: PortState): Promise<readonly string[]> {
  await bindDriver(wanted);
  const found = await findAgain(wanted);
  if (found === undefined) return [`${wanted.name} is gone from this machine`];
  const problems = await comeHome(wanted, found);
  for (const step of steps) {
    const now = await stateNow(wanted);
    if (now === undefined) return [...problems, `${wanted.name} is gone from this machine`];
    const left = differences(wanted, now);
    if (left.length === 0) return problems;
    await step(wanted, now);
  }
  const end = await stateNow(wanted);
  return [...problems, ...(end === undefined ? ['it is gone'] : differences(wanted, end))];
}

const find = ({ pciAddress, name, mac }: PortState): Promise<FoundPort | undefined> =>
  findPort({ address: pciAddress ?? name, mac });

async function stateNow(wanted: PortState): Promise<PortState | undefined> {
  const found = await find(wanted);
  return found === undefined || found.netns !== undefined ? undefined : await readDevice(wanted.port, found.link);
}

const comesBackMs = 30_000;

/** A device of a network namespace that is about to go comes back by itself. */
async function findAgain(wanted: PortState): Promise<FoundPort | undefined> {
  try {
    return await waitUntil(() => find(wanted), { what: wanted.name, deadlineMs: comesBackMs, intervalMs: 200 });
  } catch {
    return undefined;
  }
}

/** A driver that was unbound, or whose place another has taken. */
async function bindDriver({ pciAddress, driver }: PortState): Promise<void> {
  if (pciAddress === undefined || driver === undefined) return;
  const device = join('/sys/bus/pci/devices', pciAddress);
  if (!existsSync(device)) return;
  const link = join(device, 'driver');
  const bound = existsSync(link) ? basename(readlinkSync(link)) : undefined;
  if (bound === driver) return;
  if (bound !== undefined) tryWrite(join(link, 'unbind'), pciAddress);
  tryWrite(join(device, 'driver_override'), '\n');
  if (!existsSync(join('/sys/bus/pci/drivers', driver))) await attempt('modprobe', [driver]);
  tryWrite(join('/sys/bus/pci/drivers', driver, 'bind'), pciAddress);
}

/** Back to the machine's network namespace, and to its name. */
async function comeHome({ name }: PortState, { netns, name: called }: FoundPort): Promise<readonly string[]> {
  if (netns === undefined && called === name) return [];
  const at = netns === undefined ? [] : ['-n', netns];
  await attempt('ip', [...at, 'link', 'set', 'dev', called, 'down']);
  if (netns === undefined) return failures(await attempt('ip', ['link', 'set', 'dev', called, 'name', name]));
  return failures(await attempt('ip', [...at, 'link', 'set', 'dev', called, 'netns', '1', 'name', name]));
}

function failures({ exitCode, command, stderr }: Awaited<ReturnType<typeof attempt>>): readonly string[] {
  return exitCode === 0 ? [] : [`\`${command}\`: ${stderr.trim()}`];
}

type Step = (wanted: PortState, now: PortState) => Promise<void>;

const ethtool = (flag: string, name: string, words: readonly string[]): Promise<unknown> =>
  words.length === 0 ? Promise.resolve() : attempt('ethtool', [flag, name, ...words]);

const link = (name: string, ...words: readonly string[]): Promise<unknown> =>
  attempt('ip', ['link', 'set', 'dev', name, ...words]);

/** In this order: each may be undone by one before it. */
const steps: readonly Step[] = [
  async ({ name, hasXdpProgram }, now) => {
    if (!hasXdpProgram && now.hasXdpProgram)
      for (const kind of ['xdpdrv', 'xdpgeneric', 'xdpoffload']) await link(name, kind, 'off');
  },
  async ({ name, privateFlags }, now) => {
    await ethtool('--set-priv-flags', name, switchWords(changed(privateFlags, now.privateFlags)));
  },
  async ({ name, channels }, now) => {
    await ethtool('-L', name, words(changed(channels, now.channels)));
  },
  async ({ name, rings }, now) => {
    await ethtool('-G', name, words(changed(rings, now.rings)));
  },
  async ({ name, mtu, mac, txQueueLength, promiscuous, allMulticast }, now) => {
    if (mac !== now.mac) await link(name, 'address', mac);
    if (mtu !== now.mtu) await link(name, 'mtu', String(mtu));
    if (txQueueLength !== undefined && txQueueLength !== now.txQueueLength)
      await link(name, 'txqueuelen', String(txQueueLength));
    if (promiscuous !== now.promiscuous) await link(name, 'promisc', promiscuous ? 'on' : 'off');
    if (allMulticast !== now.allMulticast) await link(name, 'allmulticast', allMulticast ? 'on' : 'off');
  },
  async ({ name, features }, now) => {
    // One by one: a group that has been set may have set others.
    for (const word of pairs(changed(features, now.features))) await ethtool('-K', name, word);
  },
  async ({ name, coalescing, pause }, now) => {
    await ethtool('-C', name, words(changed(coalescing, now.coalescing)));
    const pauses = changed(pause, now.pause);
    await ethtool('-A', name, switchWords(renamed(pauses, { Autonegotiate: 'autoneg', RX: 'rx', TX: 'tx' })));
  },
  async ({ name, spread }, now) => {
    if (spread === undefined || JSON.stringify(spread) === JSON.stringify(now.spread)) return;
    if (spread.key !== undefined && spread.key !== now.spread?.key) await ethtool('-X', name, ['hkey', spread.key]);
    if (spread.table.join() !== now.spread?.table.join()) await ethtool('-X', name, spreadWords(spread) ?? ['default']);
  },
  async ({ name, up }, now) => {
    if (up !== now.up) await link(name, up ? 'up' : 'down');
  },
  applyAddresses,
  applyRoutes,
  async ({ name, files }, now) => {
    for (const [path, text] of Object.entries(changed(files, now.files))) tryWrite(join(deviceDir(name), path), text);
  },
  async ({ name, interrupts }, now) => {
    const irqs = interruptsOf(name);
    for (const [action, cpus] of Object.entries(changed(interrupts, now.interrupts))) {
      const irq = irqs.get(action);
      if (irq !== undefined) tryWrite(affinityFile(irq), cpus);
    }
  },
];

async function applyAddresses({ name, addresses }: PortState, now: PortState): Promise<void> {
  const has = (list: PortState['addresses'], address: string): boolean => list.some((each) => each.address === address);
  for (const { address } of now.addresses)
    if (!has(addresses, address)) await attempt('ip', ['address', 'delete', address, 'dev', name]);
  for (const { address, broadcast, scope, label, lifetimes } of addresses) {
    if (has(now.addresses, address)) continue;
    await attempt('ip', [
      ...['address', 'add', address, 'dev', name, 'scope', scope],
      ...(broadcast === undefined ? [] : ['broadcast', broadcast]),
      ...(label === undefined ? [] : ['label', label]),
      ...(lifetimes === undefined ? [] : ['valid_lft', String(lifetimes[0]), 'preferred_lft', String(lifetimes[1])]),
    ]);
  }
}

async function applyRoutes({ name, routes }: PortState, now: PortState): Promise<void> {
  for (const [index, family] of (['-4', '-6'] as const).entries()) {
    const [wanted, found] = [routes[index] ?? [], now.routes[index] ?? []];
    const change = (verb: string, route: string): Promise<unknown> =>
      attempt('ip', [family, 'route', verb, ...route.split(/\s+/), 'dev', name]);
    for (const route of found) if (!wanted.includes(route)) await change('delete', route);
    for (const route of wanted) if (!found.includes(route)) await change('add', route);
  }
}

function changed<T>(
  wanted: Readonly<Record<string, T>>,
  now: Readonly<Record<string, T>>,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => now[key] !== value));
}

function words(settings: Readonly<Record<string, string | number>>): readonly string[] {
  return Object.entries(settings).flatMap(([key, value]) => [key, String(value)]);
}

function pairs(switches: Readonly<Record<string, boolean>>): readonly (readonly string[])[] {
  return Object.entries(switches).map(([key, value]) => [key, value ? 'on' : 'off']);
}

function switchWords(switches: Readonly<Record<string, boolean>>): readonly string[] {
  return pairs(switches).flat();
}

function renamed<T>(
  settings: Readonly<Record<string, T>>,
  names: Readonly<Record<string, string>>,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [names[key] ?? key, value]));
}

/** What it says is looked at afterwards. */
function tryWrite(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch {
    // The differences at the end say so.
  }
}

/** Removes the network namespaces of the tests, once no port is in them. */
export async function removeNamespaces(names: readonly string[]): Promise<void> {
  const there = (await run('ip', ['netns', 'list'])).split('\n').map((line) => line.split(' ')[0] ?? '');
  for (const name of names) if (there.includes(name)) await attempt('ip', ['netns', 'delete', name]);
}
