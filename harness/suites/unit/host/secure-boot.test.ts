import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { isSecureBootOn } from '../../../host/secure-boot.js';
import { temporaryDir } from '../support/tiny-repository.js';

const variable = 'SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c';

for (const [what, bytes, on] of [
  ['on', [6, 0, 0, 0, 1], true],
  ['off', [6, 0, 0, 0, 0], false],
  ['without a value', [6, 0, 0, 0], false],
] as const) {
  test(`Secure Boot that the firmware says is ${what}`, (t) => {
    const dir = temporaryDir(t);
    writeFileSync(join(dir, variable), Buffer.from(bytes));

    t.is(isSecureBootOn(dir), on);
  });
}

test('a machine without UEFI has no Secure Boot', (t) => {
  t.false(isSecureBootOn('/nowhere'));
});
