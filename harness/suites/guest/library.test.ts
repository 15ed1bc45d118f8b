import { readFileSync } from 'node:fs';
import test from 'ava';
import { attemptIn } from '../../host/netns.js';
import { nativePaths } from '../../native/build-native.js';
import { vethTestbed } from './support/veth-testbed.js';

/*
 * The library in C, nf/c, on a veth pair. Its tests are in nf/c/tests: the program runs one in
 * a process of its own. make lists their titles in a file, as AVA wants all tests declared at once.
 */
const titles = readFileSync(nativePaths.xskTestTitles, 'utf8').trimEnd().split('\n');
const timeoutMs = 60_000;

const programs = [
  { name: 'the library', program: nativePaths.xskTests },
  { name: 'the library under ASan and UBSan', program: nativePaths.xskTestsSanitized },
] as const;

for (const { name, program } of programs) {
  for (const title of titles) {
    test.serial(`${name}: ${title}`, async (t) => {
      await using veth = await vethTestbed.borrow();
      const args = [veth.a, veth.b, nativePaths.xskRedirect, title];

      const { exitCode, stderr } = await attemptIn(veth.netns, program, args, { timeoutMs });

      t.is(exitCode, 0, stderr);
    });
  }
}
