import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { FlashError } from '../../../../errors.js';
import { findUnmet } from '../../../../kernel/build/config.js';
import { prepareSigning, readSigner, signingFragment, type SigningFiles } from '../../../../kernel/packages/signing.js';
import { run } from '../../../../process/run.js';
import { makeKeyPair } from '../../support/key-pair.js';
import { temporaryDir } from '../../support/tiny-repository.js';

/** To make a key takes long: one pair for all tests. */
const own = makeKeyPair(temporaryDir({ teardown: test.after.always }));

test('a key and its certificate are taken, the certificate in PEM or in DER', async (t) => {
  const pair = await own;
  const der = join(temporaryDir(t), 'own.der');
  await run('openssl', ['x509', '-in', pair.certificate, '-outform', 'DER', '-out', der]);

  const signer = readSigner(pair);

  t.is(signer.certificate, readFileSync(pair.certificate, 'utf8'));
  t.deepEqual(readSigner({ ...pair, certificate: der }), signer);
});

interface Refusal {
  readonly title: string;
  readonly says: RegExp;
  /** Makes a good pair bad. */
  readonly files: (good: SigningFiles, dir: string) => Promise<SigningFiles> | SigningFiles;
}

const refusals: readonly Refusal[] = [
  {
    title: 'a certificate for another key',
    files: async ({ key }, dir) => ({ key, certificate: (await makeKeyPair(dir, 'other')).certificate }),
    says: /the certificate \S+other\.pem does not belong to the key \S+own\.key/,
  },
  {
    title: 'a key that is not there',
    files: (good, dir) => ({ ...good, key: join(dir, 'none.key') }),
    says: /none\.key cannot be read \(ENOENT\)/,
  },
  {
    title: 'a certificate that is a folder',
    files: ({ key }, dir) => ({ key, certificate: dir }),
    says: /cannot be read \(EISDIR\)/,
  },
  {
    title: 'the two the wrong way round',
    files: ({ key, certificate }) => ({ key: certificate, certificate: key }),
    says: /own\.pem has no private key in PEM/,
  },
  {
    title: 'a key in the place of the certificate',
    files: ({ key }) => ({ key, certificate: key }),
    says: /own\.key has no certificate, neither in PEM nor in DER/,
  },
  {
    title: 'a key that is protected',
    files: async (good, dir) => {
      const key = join(dir, 'protected.key');
      await run('openssl', ['rsa', '-in', good.key, '-aes256', '-passout', 'pass:secret', '-out', key]);
      return { ...good, key };
    },
    says: /protected\.key is protected by a passphrase/,
  },
  {
    title: 'a key that firmware cannot check',
    files: (_good, dir) => makeKeyPair(dir, 'curve', ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']),
    says: /curve\.key is a key for ec, and Secure Boot takes RSA/,
  },
];

for (const { title, says, files } of refusals) {
  test(`${title} is refused, with how to make a pair`, async (t) => {
    const pair = await files(await own, temporaryDir(t));

    const error = t.throws(() => readSigner(pair), { instanceOf: FlashError });

    t.is(error?.kind, 'usage');
    t.regex(error?.message ?? '', says);
    t.regex(error?.details.advice ?? '', /openssl req/);
  });
}

test('the private key stays where it is: the build directory has the certificate alone', async (t) => {
  const signer = readSigner(await own);
  const buildDir = join(temporaryDir(t), 'build');

  const variables = prepareSigning(buildDir, signer);

  const file = /MODULE_SIG_KEY="(.+)"/.exec(signingFragment(signer).text)?.[1] ?? '';
  t.is(readFileSync(join(buildDir, file), 'utf8'), signer.certificate);
  t.deepEqual(variables, [`sig-key=${signer.key}`]);
});

test('another certificate is another configuration', async (t) => {
  const [one, other] = [readSigner(await own), readSigner(await makeKeyPair(temporaryDir(t), 'other'))];

  t.not(signingFragment(one).text, signingFragment(other).text);
});

test('a kernel without modules needs none signed', async (t) => {
  const fragment = signingFragment(readSigner(await own));

  t.deepEqual(findUnmet([fragment], '# CONFIG_MODULES is not set\n'), []);
  t.not(findUnmet([fragment], 'CONFIG_MODULES=y\n').length, 0);
});
