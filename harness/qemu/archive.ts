import { existsSync, readFileSync } from 'node:fs';
import { arch } from 'node:process';
import { FlashError } from '../errors.js';
import { attempt } from '../process/run.js';
import { neededRelease } from './probe.js';

/** Where the packages of a later suite of this machine's distribution come from. */
export interface Archive {
  readonly title: string;
  /** As the machine's own sources name it. */
  readonly uri: string;
  readonly components: readonly string[];
  readonly keyring: string;
  /** Tried in this order. */
  readonly suites: readonly string[];
}

interface Distribution {
  readonly title: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
  readonly keyring: string;
  readonly keyringPackage: string;
}

/** By the ID of os-release. */
export const distributions: Readonly<Record<'debian' | 'ubuntu', Distribution>> = {
  debian: {
    title: 'Debian',
    suites: ['forky', 'sid'],
    components: ['main'],
    keyring: '/usr/share/keyrings/debian-archive-keyring.gpg',
    keyringPackage: 'debian-archive-keyring',
  },
  ubuntu: {
    title: 'Ubuntu',
    suites: ['resolute', 'devel'],
    components: ['main', 'universe'],
    keyring: '/usr/share/keyrings/ubuntu-archive-keyring.gpg',
    keyringPackage: 'ubuntu-keyring',
  },
};

/** What can always be done instead. */
export const byHand = `install QEMU ${neededRelease} or newer, or name one with FLASH_QEMU=PATH`;

export async function findArchive(): Promise<Archive> {
  const release = parseOsRelease(existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '');
  const distribution = requireDistribution(release);
  const { title, suites, components, keyring, keyringPackage } = distribution;
  if (!existsSync(keyring)) {
    throw new FlashError(
      'missingTool',
      `QEMU cannot be fetched: ${keyring}, which its packages are checked with, is not there`,
      {
        advice: `install ${keyringPackage}, or ${byHand}`,
      },
    );
  }
  const format = '$(CREATED_BY)|$(CODENAME)|$(REPO_URI)';
  const { exitCode, stdout } = await attempt('apt-get', ['indextargets', '--format', format]);
  const uri = exitCode === 0 ? uriOf(stdout, release.codename) : undefined;
  if (uri !== undefined) return { title, uri, components, keyring, suites };
  throw new FlashError(
    'missingTool',
    `QEMU cannot be fetched: the apt sources of this machine name no archive of ${title} ${release.codename}`,
    {
      advice: byHand,
    },
  );
}

export interface OsRelease {
  readonly id: string;
  readonly codename: string;
  readonly title: string;
}

export function parseOsRelease(text: string): OsRelease {
  const value = (name: string): string => new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
  return { id: value('ID'), codename: value('VERSION_CODENAME'), title: value('PRETTY_NAME') || 'this system' };
}

export function requireDistribution(release: OsRelease, machine: string = arch): Distribution {
  const distribution = (distributions as Readonly<Record<string, Distribution | undefined>>)[release.id];
  if (distribution !== undefined && machine === 'x64') return distribution;
  const what = machine === 'x64' ? release.title : `${release.title} on ${machine}`;
  throw new FlashError(
    'missingTool',
    `there is no QEMU with vfio-user-pci, and none can be fetched for ${what}: only for Debian and Ubuntu on x86-64`,
    {
      advice: byHand,
    },
  );
}

/** The archive of the release itself, not that of its security updates, which has no other suites. */
export function uriOf(targets: string, codename: string): string | undefined {
  const rows = targets.split('\n').map((line) => line.split('|'));
  return rows.find(([createdBy, name]) => createdBy === 'Packages' && name === codename)?.[2];
}
