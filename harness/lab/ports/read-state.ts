import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { affinityFile } from '../../host/interrupts.js';
import { FlashError } from '../../errors.js';
import { attempt, run } from '../../process/run.js';
import {
  parseCoalescing,
  parseCurrent,
  parseDriver,
  parseFeatures,
  parseSpread,
  parseSwitches,
} from './ethtool-text.js';
import { findPort, type Link } from './find-port.js';
import type { PortAddress, PortState } from './state.js';

/** How a port of this machine is now. It has to be in the machine's own network namespace. */
export async function readPort(port: string, address: string): Promise<PortState> {
  const found = await findPort({ address });
  if (found === undefined)
    throw new FlashError('infrastructure', `this machine has no device ${address}, which the inventory calls ${port}`, {
      advice: '`npm run lab -- doctor` lists those it has',
    });
  if (found.netns !== undefined)
    throw new FlashError('busy', `${port} is in the network namespace ${found.netns}: somebody uses it`);
  return readDevice(port, found.link);
}

export async function readDevice(port: string, link: Link): Promise<PortState> {
  const name = link.ifname;
  const ask = async (...words: readonly string[]): Promise<string> =>
    (await attempt('ethtool', [...words.slice(0, 1), name, ...words.slice(1)])).stdout;
  const { driver, address: pciAddress } = parseDriver(await ask('-i'));
  const spread = parseSpread(await ask('-x'));
  return {
    port,
    name,
    mac: link.address ?? '',
    ...(pciAddress !== undefined && { pciAddress }),
    ...(driver !== undefined && { driver }),
    up: link.flags.includes('UP'),
    mtu: link.mtu,
    ...(link.txqlen !== undefined && { txQueueLength: link.txqlen }),
    promiscuous: link.flags.includes('PROMISC'),
    allMulticast: link.flags.includes('ALLMULTI'),
    hasXdpProgram: link.xdp !== undefined,
    addresses: await readAddresses(name),
    routes: [await readRoutes('-4', name), await readRoutes('-6', name)],
    channels: parseCurrent(await ask('-l')),
    rings: parseCurrent(await ask('-g')),
    features: parseFeatures(await ask('-k')),
    coalescing: parseCoalescing(await ask('-c')),
    pause: parseSwitches(await ask('-a')),
    privateFlags: parseSwitches(await ask('--show-priv-flags')),
    ...(spread !== undefined && { spread }),
    files: readFiles(name),
    interrupts: readInterrupts(name),
  };
}

const forEver = 4294967295;

const addressesSchema = z.array(
  z.object({
    addr_info: z
      .array(
        z.object({
          local: z.string().optional(),
          prefixlen: z.number().optional(),
          broadcast: z.string().optional(),
          scope: z.string().optional(),
          label: z.string().optional(),
          valid_life_time: z.number().optional(),
          preferred_life_time: z.number().optional(),
        }),
      )
      .optional(),
  }),
);

async function readAddresses(name: string): Promise<readonly PortAddress[]> {
  const [device] = addressesSchema.parse(JSON.parse(await run('ip', ['-json', 'address', 'show', 'dev', name])));
  return (device?.addr_info ?? [])
    .filter(({ local, scope }) => local !== undefined && scope !== 'link')
    .map(({ local, prefixlen, broadcast, scope = 'global', label, valid_life_time, preferred_life_time }) => ({
      address: `${local}/${prefixlen}`,
      scope,
      ...(broadcast !== undefined && { broadcast }),
      ...(label !== undefined && { label }),
      ...(valid_life_time !== undefined &&
        valid_life_time !== forEver && {
          lifetimes: [valid_life_time, Math.min(preferred_life_time ?? 0, valid_life_time)] as [number, number],
        }),
    }));
}

/** Those that somebody set: the kernel makes its own anew. */
async function readRoutes(family: '-4' | '-6', name: string): Promise<string[]> {
  const { stdout } = await attempt('ip', [family, 'route', 'show', 'dev', name, 'table', 'all']);
  return stdout
    .split('\n')
    .map((line) => line.replace(/\b(?:linkdown|dead)\b/g, '').trim())
    .filter((line) => line !== '' && !/\bproto (?:kernel|ra)\b|^(?:local|broadcast|anycast|multicast)\b/.test(line));
}

/** What of a device is set by files in sysfs. */
const deviceFiles = ['napi_defer_hard_irqs', 'gro_flush_timeout', 'threaded', 'device/sriov_numvfs'] as const;
const queueFiles = ['rps_cpus', 'rps_flow_cnt', 'xps_cpus', 'xps_rxqs'] as const;

export const deviceDir = (name: string): string => join('/sys/class/net', name);

function readFiles(name: string): Readonly<Record<string, string>> {
  const dir = deviceDir(name);
  const queues = existsSync(join(dir, 'queues')) ? readdirSync(join(dir, 'queues')) : [];
  const paths = [...deviceFiles, ...queues.flatMap((queue) => queueFiles.map((file) => join('queues', queue, file)))];
  return Object.fromEntries(
    paths.flatMap((path) => {
      const text = readIfThere(join(dir, path));
      return text === undefined ? [] : [[path, text]];
    }),
  );
}

/** Drivers without queues of several kinds have files that cannot be read. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** The interrupts of a device, by what it calls them. */
export function interruptsOf(name: string): ReadonlyMap<string, string> {
  const dir = join(deviceDir(name), 'device', 'msi_irqs');
  const own = existsSync(dir) ? readdirSync(dir) : [];
  const lines = readFileSync('/proc/interrupts', 'utf8').split('\n');
  return new Map(
    own.flatMap((irq) => {
      const line = lines.find((each) => each.trim().startsWith(`${irq}:`));
      const action = line?.trim().split(/\s+/).at(-1);
      return action === undefined ? [] : [[action, irq] as const];
    }),
  );
}

function readInterrupts(name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...interruptsOf(name)].flatMap(([action, irq]) => {
      const cpus = readIfThere(affinityFile(irq));
      return cpus === undefined ? [] : [[action, cpus]];
    }),
  );
}
