import { existsSync, readFileSync } from 'node:fs';
import { lastLines, attempt } from '../process/run.js';

/** Where the packages of another suite of this machine's distribution come from. */
export interface Archive {
  readonly title: string;
  /** As the machine's own sources name it. */
  readonly uri: string;
  readonly components: readonly string[];
  readonly keyring: string;
  /** Tried in this order. */
  readonly suites: readonly string[];
}

/** What the packages of a distribution are checked with, and the package that has it. */
export const keyrings = {
  debian: { keyring: '/usr/share/keyrings/debian-archive-keyring.gpg', keyringPackage: 'debian-archive-keyring' },
  ubuntu: { keyring: '/usr/share/keyrings/ubuntu-archive-keyring.gpg', keyringPackage: 'ubuntu-keyring' },
} as const;

export interface OsRelease {
  readonly id: string;
  readonly codename: string;
  readonly title: string;
}

export function readOsRelease(): OsRelease {
  return parseOsRelease(existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '');
}

export function parseOsRelease(text: string): OsRelease {
  const value = (name: string): string => new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
  return { id: value('ID'), codename: value('VERSION_CODENAME'), title: value('PRETTY_NAME') || 'this system' };
}

/** The archive that the machine's own sources name for its release; undefined if they name none. */
export async function findUri(codename: string): Promise<string | undefined> {
  const format = '$(CREATED_BY)|$(CODENAME)|$(REPO_URI)';
  const { exitCode, stdout } = await attempt('apt-get', ['indextargets', '--format', format]);
  return exitCode === 0 ? uriOf(stdout, codename) : undefined;
}

/** The archive of the release itself, not that of its security updates, which has no other suites. */
export function uriOf(targets: string, codename: string): string | undefined {
  const rows = targets.split('\n').map((line) => line.split('|'));
  return rows.find(([createdBy, name]) => createdBy === 'Packages' && name === codename)?.[2];
}

/** The first line apt marks as an error; the later ones follow from it. */
export function firstError(stderr: string): string {
  return /^E: (.*)$/m.exec(stderr)?.[1] ?? (lastLines(stderr, 1) || 'apt-get update failed');
}

/** The version that `apt-cache policy` names as the one to install. */
export function candidateOf(policy: string): string | undefined {
  return /^ *Candidate: (\d\S*)$/m.exec(policy)?.[1];
}
