import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { gunzipSync } from 'node:zlib';
import { FlashError } from '../../errors.js';
import { isGuestConfig, type KernelConfig } from '../configs.js';

/** What a configuration is before the fragments come on top: what kbuild makes, or a text. */
export type Start = { readonly target: 'allnoconfig' | 'allmodconfig' | 'defconfig' } | StartText;

export interface StartText {
  /** The file it is from. */
  readonly origin: string;
  readonly text: string;
  /** If only some of its modules are wanted: their names. */
  readonly loaded?: readonly string[] | undefined;
}

/** Where a machine says how its kernel is configured, and what it has loaded. */
export interface MachineFiles {
  readonly configs: readonly string[];
  readonly modules: string;
}

const thisMachine: MachineFiles = {
  configs: ['/proc/config.gz', `/boot/config-${release()}`],
  modules: '/proc/modules',
};

/** What the demo and the tests of `--here` load, or have not loaded when one asks. */
const triedWith = ['veth', 'bridge', 'dummy', 'tun', 'xsk_diag', 'unix_diag', 'netconsole', 'sch_netem'];

/** Of what a config is made; fails where the file, or the kernel that runs here, has no configuration that can be built. */
export function startOf(config: KernelConfig, machine: MachineFiles = thisMachine): Start {
  if (isGuestConfig(config)) return { target: 'allnoconfig' };
  if (config === 'server') return { target: 'defconfig' };
  if (config !== 'running' && config !== 'localmod') return readStart(config);
  const start = readStart(runningConfig(machine));
  return config === 'running' ? start : { ...start, loaded: loadedModules(machine.modules) };
}

function runningConfig({ configs }: MachineFiles): string {
  const path = configs.find((each) => existsSync(each));
  if (path !== undefined) return path;
  throw new FlashError('usage', `the running kernel does not say how it is configured: no ${configs.join(', no ')}`, {
    advice: 'find its configuration and give it with --config FILE, or take --config server',
  });
}

function loadedModules(path: string): readonly string[] {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  const names = lines.map((line) => line.split(' ')[0] ?? '').filter((name) => name !== '');
  if (names.length > 0) return [...new Set([...names, ...triedWith])].sort();
  throw new FlashError('usage', 'the running kernel has loaded no modules', {
    advice: 'take --config running, which has all that it has',
  });
}

function readStart(path: string): StartText {
  const text = readText(path);
  const problem = problemOf(text);
  if (problem === undefined) return { origin: path, text: text.replace(ofItsOwnBuild, '') };
  throw new FlashError('usage', `${path} ${problem}`, {
    advice: 'give a .config of a kernel, such as /boot/config-* or /proc/config.gz, with AF_XDP or what it needs',
  });
}

function readText(path: string): string {
  try {
    const bytes = readFileSync(path);
    return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (cause) {
    const { code = 'it is damaged' } = cause as NodeJS.ErrnoException;
    throw new FlashError('usage', `the kernel configuration ${path} cannot be read (${code})`, {
      advice: 'give a file that can be read with --config FILE',
      cause,
    });
  }
}

/** Keys and names of whoever built it, which are not on this machine. The defaults come in their places. */
const ofItsOwnBuild = new RegExp(
  `^CONFIG_(?:${['SYSTEM_TRUSTED_KEYS', 'SYSTEM_REVOCATION_KEYS', 'MODULE_SIG_KEY', 'LOCALVERSION', 'BUILD_SALT'].join('|')})=.*\n`,
  'gm',
);

function problemOf(text: string): string | undefined {
  if (text.includes('\0') || !/^CONFIG_\w+=/m.test(text)) {
    return 'is no kernel configuration: no line of it sets a CONFIG_ symbol';
  }
  const architecture = /^# Linux\/(\S+) .*Kernel Configuration$/m.exec(text)?.[1];
  if (architecture !== undefined && !/^x86(_64)?$/.test(architecture)) {
    return `is for ${architecture}, and kernels are built for x86-64 here`;
  }
  const isOff = (symbol: string): boolean => new RegExp(`^# CONFIG_${symbol} is not set$`, 'm').test(text);
  if (isOff('64BIT')) return 'is for 32-bit processors, and kernels are built for x86-64 here';
  const needed = ['NET', 'BPF_SYSCALL', 'SYSFS'];
  const missing = needed.find(isOff);
  return missing === undefined ? undefined : `has no CONFIG_${missing}, and AF_XDP needs ${needed.join(', ')}`;
}
