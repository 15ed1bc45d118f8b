import test from 'ava';
import { packageVersion } from '../../../../kernel/packages/version.js';
import { attempt } from '../../../../process/run.js';

const ours = packageVersion('6.12.117', new Date('2026-11-26T22:40:05Z'));

async function isNewer(one: string, other: string): Promise<boolean> {
  return (await attempt('dpkg', ['--compare-versions', one, 'gt', other])).exitCode === 0;
}

for (const theirs of [
  '6.12.117-1~deb12u1',
  '6.12.117-1~bpo12+1',
  '6.12.117-1',
  '6.12.117-1+deb13u4',
  '6.12.117-10',
  '6.12.117-99.99ubuntu9',
  '6.12.117+dfsg-1',
  '6.12.116-5',
]) {
  test(`the version sorts above the distribution's ${theirs}`, async (t) => {
    t.true(await isNewer(ours, theirs));
  });
}

for (const theirs of ['6.12.118-1~deb12u1', '6.12.118~rc1-1', '6.13-1']) {
  test(`the version sorts below the later release ${theirs}`, async (t) => {
    t.true(await isNewer(theirs, ours));
  });
}

test('a later build sorts above an earlier one', async (t) => {
  t.true(await isNewer(packageVersion('6.12.117', new Date('2026-11-26T22:40:06Z')), ours));
});

test('the version is one that Debian has', async (t) => {
  const { exitCode, stderr } = await attempt('dpkg', ['--validate-version', ours]);

  t.is(exitCode, 0, stderr);
});
