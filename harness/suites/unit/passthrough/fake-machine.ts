import { existsSync, mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { IpAddress, Link } from '../../../passthrough/network.js';
import { readPciDevice } from '../../../passthrough/pci-device.js';
import type { System } from '../../../passthrough/system.js';
import { temporaryDir, type Owner } from '../support/tiny-repository.js';

export interface FakeDevice {
  readonly driver?: string;
  readonly override?: string;
  readonly class?: string;
  readonly group?: string;
  readonly virtualFunctions?: number;
  readonly interfaces?: readonly FakeInterface[];
}

export interface FakeInterface {
  /** What it was renamed to. */
  readonly name: string;
  /** What the kernel calls it at first. */
  readonly firstName: string;
  readonly up?: boolean;
  readonly mtu?: number;
  readonly mac?: string;
  readonly addresses?: readonly IpAddress[];
  readonly uppers?: readonly string[];
  readonly master?: string;
  readonly hasXdpProgram?: boolean;
}

export interface FakeOptions {
  readonly devices: Readonly<Record<string, FakeDevice>>;
  readonly iommu?: boolean;
  readonly drivers?: readonly string[];
  readonly defaultRoutes?: readonly string[];
  readonly routes?: Readonly<Record<string, string>>;
}

/** A machine in a directory, with a kernel that acts on what is written to its sysfs. */
export interface FakeMachine {
  readonly root: string;
  readonly system: System;
  /** The same machine for a process that is killed before its change with such a number. */
  readonly killedBefore: (change: number) => System;
  /** Has a process be there, by files of /proc. */
  readonly addProcess: (pid: number, process: FakeProcess) => void;
  /** All that is to be as it was. */
  readonly state: () => unknown;
  readonly ended: readonly number[];
}

export interface FakeProcess {
  readonly parent?: number;
  readonly environment?: string;
  readonly commandLine?: string;
  readonly opened?: readonly string[];
}

export class Killed extends Error {}

/** Whether an error is, or comes from, the end of a killed process. */
export function isKilled(error: unknown): boolean {
  return error instanceof Killed || (error instanceof Error && error.cause instanceof Killed);
}

const permanentMac = '00:00:00:00:00:01';
/** What an interface has once it is up. */
export const linkLocal: IpAddress = { family: 'inet6', local: 'fe80::1', prefixlen: 64, scope: 'link' };
const failure = (code: string): Error => Object.assign(new Error(code), { code });

function withLinkLocal({ addresses }: Link): readonly IpAddress[] {
  return addresses.some(({ local }) => local === linkLocal.local) ? addresses : [...addresses, linkLocal];
}

export function fakeMachine(t: Owner, options: FakeOptions): FakeMachine {
  const root = temporaryDir(t);
  const sysfs = join(root, 'sys');
  const procfs = join(root, 'proc');
  const links = new Map<string, Link>();
  const ended: number[] = [];
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  };
  const deviceDir = (address: string): string => join(sysfs, 'bus', 'pci', 'devices', address);

  const addInterface = (address: string, port: number, name: string, link: Omit<Link, 'name'>): void => {
    put(`sys/bus/pci/devices/${address}/net/${name}/dev_port`, String(port));
    mkdirSync(join(sysfs, 'class', 'net', name), { recursive: true });
    links.set(name, { ...link, name });
  };
  const removeInterfaces = (address: string): void => {
    for (const name of readPciDevice(sysfs, address)?.interfaces ?? []) {
      rmSync(join(deviceDir(address), 'net', name), { recursive: true });
      rmSync(join(sysfs, 'class', 'net', name), { recursive: true, force: true });
      links.delete(name);
    }
  };
  const rename = (from: string, to: string): void => {
    const address = Object.keys(options.devices).find((each) => existsSync(join(deviceDir(each), 'net', from))) ?? '';
    const port = options.devices[address]?.interfaces?.findIndex(({ firstName }) => firstName === from) ?? 0;
    const link = links.get(from);
    if (link === undefined || link.up || links.has(to)) throw failure('EBUSY');
    rmSync(join(deviceDir(address), 'net', from), { recursive: true });
    links.delete(from);
    addInterface(address, port, to, link);
  };

  const inUse = Object.values(options.devices).flatMap(({ driver }) => driver ?? []);
  for (const driver of [...(options.drivers ?? ['ixgbe', 'e1000e', 'vfio-pci']), ...inUse])
    mkdirSync(join(sysfs, 'bus', 'pci', 'drivers', driver), { recursive: true });
  if (options.iommu !== false) mkdirSync(join(sysfs, 'class', 'iommu', 'dmar0'), { recursive: true });
  mkdirSync(procfs, { recursive: true });
  for (const [index, [address, device]] of Object.entries(options.devices).entries()) {
    const { driver, override = '(null)', interfaces = [], group = String(index) } = device;
    const files = { class: device.class ?? '0x020000', modalias: `pci:${address}`, driver_override: override };
    for (const [name, text] of Object.entries({ ...files, sriov_numvfs: String(device.virtualFunctions ?? 0) }))
      put(`sys/bus/pci/devices/${address}/${name}`, text);
    if (driver !== undefined) symlinkSync(`../../drivers/${driver}`, join(deviceDir(address), 'driver'));
    if (options.iommu !== false) {
      put(`sys/kernel/iommu_groups/${group}/devices/${address}`, '');
      symlinkSync(`../../../../kernel/iommu_groups/${group}`, join(deviceDir(address), 'iommu_group'));
    }
    for (const [port, { name, uppers = [], master, ...rest }] of interfaces.entries()) {
      const { up = true, mtu = 1500, mac = permanentMac, addresses = [], hasXdpProgram = false } = rest;
      const link = { up, mtu, mac, addresses, hasXdpProgram };
      addInterface(address, port, name, up ? { ...link, addresses: withLinkLocal({ name, ...link }) } : link);
      for (const upper of uppers) put(`sys/class/net/${name}/upper_${upper}`, '');
      if (master !== undefined) put(`sys/class/net/${name}/master/uevent`, `INTERFACE=${master}`);
    }
  }

  const write = (path: string, text: string): void => {
    const [address, file] = [text.trim(), basename(path)];
    if (file === 'driver_override') {
      writeFileSync(path, address === '' ? '(null)\n' : text);
      return;
    }
    const driver = basename(dirname(path));
    const { driver: bound, driverOverride } = readPciDevice(sysfs, address) ?? {};
    if (file === 'unbind') {
      if (bound !== driver) throw failure('ENODEV');
      rmSync(join(deviceDir(address), 'driver'));
      removeInterfaces(address);
      return;
    }
    if (bound !== undefined || (driverOverride ?? driver) !== driver) throw failure('ENODEV');
    if (driver === 'vfio-pci' && driverOverride === undefined) throw failure('ENODEV');
    symlinkSync(`../../drivers/${driver}`, join(deviceDir(address), 'driver'));
    if (driver === 'vfio-pci') return;
    for (const [port, { firstName }] of (options.devices[address]?.interfaces ?? []).entries())
      addInterface(address, port, firstName, {
        ...{ up: false, mtu: 1500, mac: permanentMac, addresses: [], hasXdpProgram: false },
      });
  };
  const changeLink = ([object, , ...words]: readonly string[]): void => {
    if (object === 'address') {
      changeAddress(words);
      return;
    }
    const [, name = '', key = '', value = ''] = words;
    const link = links.get(name);
    if (link === undefined) throw failure('ENODEV');
    if (key === 'name') {
      rename(name, value);
      return;
    }
    const changed = { up: { up: true }, down: { up: false }, mtu: { mtu: Number(value) }, address: { mac: value } }[
      key
    ];
    links.set(name, { ...link, ...changed, ...(key === 'up' && { addresses: withLinkLocal(link) }) });
  };
  const changeAddress = (words: readonly string[]): void => {
    const [name = '', scope = ''] = [words.at(-1), words[words.indexOf('scope') + 1]];
    const [local = '', prefixlen] = (words[0] ?? '').split('/');
    const family = local.includes(':') ? ('inet6' as const) : ('inet' as const);
    const broadcast = words.includes('broadcast') && { broadcast: words[words.indexOf('broadcast') + 1] ?? '' };
    const link = links.get(name);
    if (link === undefined) throw failure('ENODEV');
    const others = link.addresses.filter((each) => each.local !== local);
    const made = { family, local, prefixlen: Number(prefixlen), scope, ...broadcast };
    links.set(name, { ...link, addresses: [made, ...others] });
  };

  const systemOf = (killedBefore: number): System => {
    let changes = 0;
    let dead = false;
    const change = <T>(work: () => T): T => {
      dead ||= ++changes === killedBefore;
      if (dead) throw new Killed();
      return work();
    };
    const look = <T>(work: () => T): T => {
      if (dead) throw new Killed();
      return work();
    };
    return {
      ...{ sysfs, procfs, recordsDir: join(root, 'records'), isRoot: true, pid: 100 },
      write: async (path, text) => change(() => write(path, text)),
      loadModule: async (name) =>
        change(() => void mkdirSync(join(sysfs, 'bus', 'pci', 'drivers', name), { recursive: true })),
      modulesOf: async (modalias) => look(() => (modalias.startsWith('pci:') ? ['ixgbe'] : [])),
      endProcess: async (pid) =>
        change(() => {
          ended.push(pid);
          rmSync(join(procfs, String(pid)), { recursive: true });
        }),
      network: {
        links: async () => look(() => [...links.values()]),
        defaultRoutes: async () => options.defaultRoutes ?? [],
        routeTo: async (address) => options.routes?.[address],
        change: async (command) => change(() => changeLink(command)),
        settle: async () => look(() => undefined),
      },
    };
  };
  return {
    root,
    system: systemOf(0),
    killedBefore: systemOf,
    addProcess(pid, { parent = 1, environment = '', commandLine = '', opened = [] }) {
      put(`proc/${pid}/status`, `Name:\tx\nPPid:\t${parent}`);
      put(`proc/${pid}/environ`, environment);
      put(`proc/${pid}/cmdline`, commandLine);
      mkdirSync(join(procfs, String(pid), 'fd'));
      for (const [fd, file] of opened.entries()) symlinkSync(file, join(procfs, String(pid), 'fd', String(fd)));
    },
    state: () => ({
      devices: Object.keys(options.devices).map((address) => {
        const driver = join(deviceDir(address), 'driver');
        const { driverOverride, interfaces } = readPciDevice(sysfs, address) ?? {};
        return {
          address,
          driver: existsSync(driver) ? basename(readlinkSync(driver)) : '',
          driverOverride,
          interfaces,
        };
      }),
      links: [...links.values()].sort((one, other) => one.name.localeCompare(other.name)),
    }),
    ended,
  };
}
