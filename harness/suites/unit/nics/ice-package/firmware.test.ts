import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { FlashError } from '../../../../errors.js';
import { icePackage } from '../../../../nics/ice-package/firmware.js';
import { ownPackage } from '../../../../nics/ice-package/own-package.js';
import { writePackage } from '../../../../nics/ice-package/write-package.js';
import { setEnvironment } from '../../support/environment.js';
import { temporaryDir } from '../../support/tiny-repository.js';

test.serial('without a file of the user, the driver gets our own package by the name that it asks for', (t) => {
  setEnvironment(t, { FLASH_ICE_PACKAGE: '' });

  t.is(icePackage.name, 'intel/ice/ddp/ice.pkg');
  t.deepEqual(icePackage.load(), writePackage(ownPackage));
});

test.serial("a user's package is taken as it is", (t) => {
  const theirs = writePackage({ ...ownPackage, name: 'theirs' });
  const path = join(temporaryDir(t), 'ice.pkg');
  writeFileSync(path, theirs);
  setEnvironment(t, { FLASH_ICE_PACKAGE: path });

  t.deepEqual(icePackage.load(), theirs);
});

const old = writePackage({ ...ownPackage, version: { major: 1, minor: 2, update: 4, draft: 0 } });

const refused: Readonly<Record<string, readonly [(path: string) => void, RegExp, RegExp]>> = {
  'a file that is not there': [
    () => undefined,
    /^FLASH_ICE_PACKAGE names .*\/given, and there is no such file$/,
    /^name a DDP package, or unset FLASH_ICE_PACKAGE for the package that FLASH writes itself$/,
  ],
  'a directory': [
    (path) => mkdirSync(path),
    /^FLASH_ICE_PACKAGE names .*\/given, which is a directory$/,
    /^name a file in it/,
  ],
  'a link to itself': [
    (path) => symlinkSync(path, path),
    /given, which cannot be read \(ELOOP\)$/,
    /^make it readable/,
  ],
  'a device': [(path) => symlinkSync('/dev/zero', path), /given, which is no plain file$/, /^name one/],
  'a package that is too old': [
    (path) => writeFileSync(path, old),
    /given, which the ice driver would refuse: it has version 1\.2\.4\.0, which is too old: the driver takes 1\.3$/,
    /^name another/,
  ],
};

for (const [what, [make, message, advice]] of Object.entries(refused)) {
  test.serial(`${what} is refused in a sentence`, (t) => {
    const path = join(temporaryDir(t), 'given');
    make(path);
    setEnvironment(t, { FLASH_ICE_PACKAGE: path });

    const error = t.throws(() => icePackage.load(), { instanceOf: FlashError, message }) as FlashError;
    t.is(error.kind, 'usage');
    t.regex(error.details.advice ?? '', advice);
  });
}
