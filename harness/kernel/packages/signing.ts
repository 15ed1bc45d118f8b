import { createHash, createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FlashError } from '../../errors.js';
import { withTemporaryDir } from '../../host/temporary.js';
import { run } from '../../process/run.js';
import type { Fragment } from '../build/config.js';

/** Files with a private key and the certificate for it, which the firmware of the machines knows. */
export interface SigningFiles {
  readonly key: string;
  readonly certificate: string;
}

/** A key that goes with its certificate. It is used from where it is, and never copied. */
export interface Signer {
  readonly key: string;
  /** As PEM. */
  readonly certificate: string;
}

const advice =
  'make a pair with `openssl req -new -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=NAME/" -keyout KEY -out CERT`';

/** Finds out what is wrong with the files before half an hour is spent. */
export function readSigner(files: SigningFiles): Signer {
  const key = privateKey(files.key);
  const certificate = certificateOf(files.certificate);
  if (key.asymmetricKeyType !== 'rsa') {
    throw usage(`${files.key} is a key for ${key.asymmetricKeyType}, and Secure Boot takes RSA`);
  }
  if (!certificate.checkPrivateKey(key)) {
    throw usage(`the certificate ${files.certificate} does not belong to the key ${files.key}`);
  }
  return { key: files.key, certificate: certificate.toString() };
}

function privateKey(path: string): KeyObject {
  const pem = read(path);
  if (pem.includes('ENCRYPTED')) {
    throw usage(`${path} is protected by a passphrase, which nobody can type while a kernel is built`);
  }
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw usage(`${path} has no private key in PEM`, cause);
  }
}

function certificateOf(path: string): X509Certificate {
  const bytes = read(path);
  try {
    return new X509Certificate(bytes);
  } catch (cause) {
    throw usage(`${path} has no certificate, neither in PEM nor in DER`, cause);
  }
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw usage(`${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
}

function usage(problem: string, cause?: unknown): FlashError {
  return new FlashError('usage', `--sign: ${problem}`, { advice, cause });
}

/** In the build directory: what the kernel is told to trust. */
const certificateFile = join('certs', 'flash-signing.pem');

/** Has modules signed as they are installed, and the kernel trust who signs them. */
export function signingFragment({ certificate }: Signer): Fragment {
  const lines = ['MODULE_SIG=y', 'MODULE_SIG_ALL=y', 'MODULE_SIG_SHA256=y', `MODULE_SIG_KEY="${certificateFile}"`];
  const fingerprint = new X509Certificate(certificate).fingerprint256;
  return {
    name: 'signing.config',
    text: `# ${fingerprint}\n${lines.map((line) => `CONFIG_${line}\n`).join('')}`,
    onlyWith: 'CONFIG_MODULES',
  };
}

/**
 * Puts the certificate where the kernel's makefiles look for it, and returns what tells them where the key is. They
 * would have both in one file; the key is not copied to it, and is named as they name it among themselves.
 */
export function prepareSigning(buildDir: string, { key, certificate }: Signer): readonly string[] {
  const path = join(buildDir, certificateFile);
  mkdirSync(dirname(path), { recursive: true });
  if (!existsSync(path) || readFileSync(path, 'utf8') !== certificate) writeFileSync(path, certificate);
  return [`sig-key=${key}`];
}

/** Signs the kernel in a package, for the firmware to boot it. */
export async function signImage(deb: string, release: string, { key, certificate }: Signer): Promise<void> {
  await withTemporaryDir(dirname(deb), async (dir) => {
    const root = join(dir, 'root');
    const pem = join(dir, 'certificate.pem');
    const image = join('boot', `vmlinuz-${release}`);
    writeFileSync(pem, certificate);
    await run('dpkg-deb', ['--raw-extract', deb, root]);
    await run('sbsign', ['--key', key, '--cert', pem, '--output', join(root, image), join(root, image)]);
    await run('sbverify', ['--cert', pem, join(root, image)]);
    replaceChecksum(join(root, 'DEBIAN', 'md5sums'), image, readFileSync(join(root, image)));
    await run('dpkg-deb', ['--root-owner-group', '--build', root, join(dir, 'signed.deb')]);
    renameSync(join(dir, 'signed.deb'), deb);
  });
}

function replaceChecksum(md5sums: string, path: string, bytes: Buffer): void {
  const sum = createHash('md5').update(bytes).digest('hex');
  const lines = readFileSync(md5sums, 'utf8').split('\n');
  writeFileSync(md5sums, lines.map((line) => (line.endsWith(`  ${path}`) ? `${sum}  ${path}` : line)).join('\n'));
}
