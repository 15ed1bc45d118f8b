import { existsSync } from 'node:fs';
import { arch } from 'node:process';
import { findUri, keyrings, readOsRelease, type Archive, type OsRelease } from '../apt/archive.js';
import { FlashError } from '../errors.js';
import { neededRelease } from './probe.js';

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
    ...keyrings.debian,
  },
  ubuntu: {
    title: 'Ubuntu',
    suites: ['resolute', 'devel'],
    components: ['main', 'universe'],
    ...keyrings.ubuntu,
  },
};

/** What can always be done instead. */
export const byHand = `install QEMU ${neededRelease} or newer, or name one with FLASH_QEMU=PATH`;

export async function findArchive(): Promise<Archive> {
  const release = readOsRelease();
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
  const uri = await findUri(release.codename);
  if (uri !== undefined) return { title, uri, components, keyring, suites };
  throw new FlashError(
    'missingTool',
    `QEMU cannot be fetched: the apt sources of this machine name no archive of ${title} ${release.codename}`,
    {
      advice: byHand,
    },
  );
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
