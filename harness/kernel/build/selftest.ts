import { join } from 'node:path';
import { cacheDir } from '../../host/cache.js';
import { make } from '../../host/make.js';
import { layOutApplied } from '../series/applied-files.js';
import { chosenBase } from '../source/base.js';

const selftests = 'tools/testing/selftests';
const directory = `${selftests}/net/flash`;

/** Its own files, those all selftests share, and headers that may be newer than this machine's. */
const sources = [
  directory,
  ...['lib.mk', 'kselftest.h', 'kselftest_harness.h'].map((file) => `${selftests}/${file}`),
  ...['tools/include/uapi', 'tools/arch'],
];

/**
 * Builds the kernel selftest of the series by its own makefile, and returns the path of the program.
 * Below the cache: make cannot quote the path of a checkout that has blanks.
 */
export async function buildSelftest(): Promise<string> {
  const tree = await layOutApplied(chosenBase(), sources, cacheDir('selftests'));
  await make(['-C', join(tree, directory), `OUTPUT=${tree}`, 'V=1'], {
    what: 'the kernel selftest',
    failAs: 'buildFailed',
  });
  return join(tree, 'flash');
}
