import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../process/run.js';

/** A key to the machines and one that they show, both for this disk only; made here, since a machine takes long for it. */
export async function makeKeys(dir: string): Promise<void> {
  for (const name of ['id_ed25519', 'ssh_host_ed25519_key'])
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'virtual-lab', '-f', join(dir, name)]);
  copyFileSync(join(dir, 'id_ed25519.pub'), join(dir, 'authorized_keys'));
}
