import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../host/repository.js';

export const diskInputs = join(repositoryRoot, 'vm-images', 'debian');

const names = ['packages', 'prepare', 'customize', 'first-boot'] as const;

/** What this repository has to say of a disk. */
export function readDiskInputs(): readonly string[] {
  return names.map((name) => readFileSync(join(diskInputs, name), 'utf8'));
}

/** What a machine has installed. */
export function packagesOf(list = readFileSync(join(diskInputs, 'packages'), 'utf8')): readonly string[] {
  return list.split('\n').filter((line) => /^[^#]/.test(line));
}

/** What `customize` is given of the keys. */
export const keyFiles = ['authorized_keys', 'ssh_host_ed25519_key', 'ssh_host_ed25519_key.pub'] as const;
