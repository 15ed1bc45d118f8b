import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseOsRelease, uriOf, type OsRelease } from '../apt/archive.js';
import { FlashError } from '../errors.js';
import { requireHash } from '../kernel/source/download.js';
import { attempt, run } from '../process/run.js';
import { distributions } from '../qemu/archive.js';

/** The systems that the README names, by the suite of their archive. */
export const suites = { bookworm: 'debian', trixie: 'debian', noble: 'ubuntu' } as const;
export type Suite = keyof typeof suites;

/** One line of apt's sources. */
export interface Pocket {
  readonly suite: string;
  readonly uri: string;
}

export interface FreshArchive {
  readonly suite: Suite;
  /** What its packages are checked with here, and where a machine of the suite has that. */
  readonly keyring: string;
  readonly signedBy: string;
  readonly components: readonly string[];
  /** The suite itself, then what of its updates can be had. */
  readonly pockets: readonly [Pocket, ...Pocket[]];
}

/** Where the packages of a suite come from: the archive that this machine's apt uses, or the one beside it. */
export async function findFreshArchive(suite: Suite, scratchDir: string): Promise<FreshArchive> {
  const { title, keyring, keyringPackage, components } = distributions[suites[suite]];
  const release = parseOsRelease(existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '');
  const { stdout } = await attempt('apt-get', ['indextargets', '--format', '$(CREATED_BY)|$(CODENAME)|$(REPO_URI)']);
  const [main, ...updates] = pocketsOf(stdout, release, suite);
  const refuse = (why: string): FlashError =>
    new FlashError('noNetwork', `${title} ${suite} cannot be tried here, as ${why}`);
  if (main === undefined) throw refuse("this machine's apt sources name no archive of its own release");
  const whyNot = await whyUnreachable(main, scratchDir);
  if (whyNot !== undefined) throw refuse(`its archive cannot be had: ${whyNot}`);
  const ownKeyring = existsSync(keyring) ? keyring : await fetchKeyring(suite, main, scratchDir);
  if (ownKeyring === undefined) throw refuse(`its packages cannot be checked without ${keyringPackage}`);
  const reached: Pocket[] = [];
  for (const pocket of updates) if ((await whyUnreachable(pocket, scratchDir)) === undefined) reached.push(pocket);
  return { suite, keyring: ownKeyring, signedBy: keyring, components, pockets: [main, ...reached] };
}

/**
 * The sources that a machine of the suite would have, of where this machine has its own from. Another
 * distribution is looked for beside this one on the same host.
 */
export function pocketsOf(
  targets: string,
  { id, codename }: Pick<OsRelease, 'id' | 'codename'>,
  suite: Suite,
): Pocket[] {
  const main = uriOf(targets, codename);
  if (main === undefined) return [];
  const distribution = suites[suite];
  return ['', '-updates', '-security'].map((pocket) => {
    const own = distribution === id ? uriOf(targets, `${codename}${pocket}`) : undefined;
    const path = distribution === 'debian' && pocket === '-security' ? 'debian-security' : distribution;
    return { suite: `${suite}${pocket}`, uri: own ?? main.replace(/(debian|ubuntu)(\/?)$/, `${path}$2`) };
  });
}

/** By apt's own means, which know of proxies and credentials. Returns why it failed, if it did. */
async function download(url: string, path: string): Promise<string | undefined> {
  const helper = '/usr/lib/apt/apt-helper';
  const { exitCode, stderr } = await attempt(helper, ['download-file', url, path], { env: { LC_ALL: 'C' } });
  return exitCode === 0 ? undefined : (/^E: (.*?)\s*$/m.exec(stderr)?.[1] ?? `${url} could not be fetched`);
}

const below = ({ uri }: Pocket, path: string): string => `${uri.replace(/\/$/, '')}/${path}`;

function whyUnreachable(pocket: Pocket, scratchDir: string): Promise<string | undefined> {
  return download(below(pocket, `dists/${pocket.suite}/InRelease`), join(scratchDir, 'InRelease'));
}

/** Keyrings as their suites were released with, which other distributions may have no package of. */
const pinnedKeyrings: Readonly<Partial<Record<Suite, { readonly path: string; readonly sha256: string }>>> = {
  noble: {
    path: 'pool/main/u/ubuntu-keyring/ubuntu-keyring_2023.11.28.1_all.deb',
    sha256: '36de43b15853ccae0028e9a767613770c704833f82586f28eb262f0311adb8a8',
  },
};

async function fetchKeyring(suite: Suite, main: Pocket, scratchDir: string): Promise<string | undefined> {
  const pinned = pinnedKeyrings[suite];
  const [file, dir] = [join(scratchDir, 'keyring.deb'), join(scratchDir, 'keyring')];
  if (pinned === undefined || (await download(below(main, pinned.path), file)) !== undefined) return undefined;
  await requireHash(file, pinned.sha256, pinned.path);
  await run('dpkg-deb', ['-x', file, dir]);
  return join(dir, distributions[suites[suite]].keyring);
}
