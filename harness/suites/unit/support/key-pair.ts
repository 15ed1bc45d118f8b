import { join } from 'node:path';
import type { SigningFiles } from '../../../kernel/packages/signing.js';
import { run } from '../../../process/run.js';

/** A key and a certificate for it, as the manual of `--sign` says to make them. */
export async function makeKeyPair(dir: string, name = 'own', algorithm = ['rsa:2048']): Promise<SigningFiles> {
  const [key, certificate] = [join(dir, `${name}.key`), join(dir, `${name}.pem`)];
  const args = ['req', '-new', '-x509', '-newkey', ...algorithm, '-nodes', '-days', '2', '-subj', `/CN=${name}/`];
  await run('openssl', [...args, '-keyout', key, '-out', certificate]);
  return { key, certificate };
}
