import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from '../process/run.js';

/** What of this machine's way to the network is seen in a folder, read-only. */
export interface Settings {
  /** From, and to within the folder. */
  readonly binds: readonly (readonly [from: string, to: string])[];
  /** Names of environment variables. */
  readonly environment: readonly string[];
  /** Apt's, which debootstrap does not know of. */
  readonly proxy?: string;
}

/** Proxies and certificates, and how the package managers are set up. */
const carried = [
  /^(https?|ftp|all|no)_proxy$/i,
  /^(node_extra_ca_certs|.*_ca_bundle|.*ssl_(cert_file|cert_dir|cainfo))$/i,
  /^(pip_.*|npm_config_(registry|proxy|https_proxy|cafile|ca|strict_ssl))$/i,
];

/** Of apt's configuration. The rest is about what is installed here. */
const acquires = /^Acquire::(https?|ftp|socks|Check-|Max-|ForceIP|Retries)/;

export async function findSettings(scratchDir: string): Promise<Settings> {
  const acquire = join(scratchDir, 'apt.conf');
  const dump = (await attempt('apt-config', ['dump'])).stdout;
  writeFileSync(acquire, aptSettings(dump));
  const npm = async (name: string): Promise<string> => (await attempt('npm', ['config', 'get', name])).stdout.trim();
  const globalNpm = await npm('globalconfig');
  const environment = carriedVariables(process.env);
  const files = [
    [acquire, '/etc/apt/apt.conf.d/99machine'],
    ...same(['/etc/apt/auth.conf', '/etc/apt/auth.conf.d', '/etc/hosts', '/etc/resolv.conf']),
    ...same(['/usr/local/share/ca-certificates', '/etc/pip.conf']),
    [join(process.env['HOME'] ?? '/root', '.config', 'pip', 'pip.conf'), '/root/.config/pip/pip.conf'],
    [await npm('userconfig'), '/root/.npmrc'],
    // The npm of a distribution looks in the one place, any other beside itself.
    ...['/etc/npmrc', '/usr/local/etc/npmrc'].map((to) => [globalNpm, to] as const),
    ...same(environment.map((name) => process.env[name] ?? '').filter(isOfThisMachine)),
  ] as const;
  const proxy = /^Acquire::http::Proxy "(.+)";$/m.exec(dump)?.[1];
  return { environment, ...(proxy !== undefined && { proxy }), binds: files.filter(([from]) => existsSync(from)) };
}

const same = (paths: readonly string[]): (readonly [string, string])[] => paths.map((path) => [path, path]);
/** A folder has certificates at the same place, made of the same ones. */
const isOfThisMachine = (value: string): boolean => value.startsWith('/') && !value.startsWith('/etc/ssl/certs');

export function carriedVariables(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(environment).filter((name) => carried.some((pattern) => pattern.test(name)));
}

/** The lines of `apt-config dump` that are about the network. */
export function aptSettings(dump: string): string {
  return dump
    .split('\n')
    .filter((line) => acquires.test(line))
    .map((line) => `${line}\n`)
    .join('');
}
