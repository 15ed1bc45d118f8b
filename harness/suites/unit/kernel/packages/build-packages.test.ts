import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { FlashError } from '../../../../errors.js';
import { buildKernel } from '../../../../kernel/build/build.js';
import { buildPackages, filesOf, type PackageOptions } from '../../../../kernel/packages/build-packages.js';
import { run } from '../../../../process/run.js';
import { fakeKbuild, type FakeKbuild } from '../../support/fake-kbuild.js';
import { makeKeyPair } from '../../support/key-pair.js';
import { temporaryDir, writeFiles } from '../../support/tiny-repository.js';

/** To make a key takes long: one pair for all tests. */
const pair = makeKeyPair(temporaryDir({ teardown: test.after.always }));

interface Bench extends FakeKbuild {
  readonly options: PackageOptions;
}

/** `sbsign` writes who signs after the image, as a user who is not root would; and `sbverify` looks whether somebody has. */
function bench(t: ExecutionContext): Bench {
  const kbuild = fakeKbuild(t);
  writeFiles(kbuild.tools, {
    dh: '#!/bin/sh\n',
    'dpkg-buildpackage': '#!/bin/sh\n',
    rsync: '#!/bin/sh\n',
    cpio: '#!/bin/sh\n',
    sbsign: '#!/bin/sh\n{ cat "$7"; echo "signed by $2"; } >"$6.new" && mv "$6.new" "$6"\nchown 1234 "$6" || :\n',
    sbverify: '#!/bin/sh\ngrep -q "signed by" "$3"\n',
  });
  return { ...kbuild, options: { ...kbuild.options, config: 'server' } };
}

test.serial('a kernel becomes three packages, named by its release and its config', async (t) => {
  const { options } = bench(t);

  const built = await buildPackages(options);

  t.is(built.release, '7.3.200-vanilla-server');
  t.deepEqual(
    filesOf(built).map((path) => basename(path).replace(built.version, 'V')),
    [
      'linux-image-7.3.200-vanilla-server_V_amd64.deb',
      'linux-headers-7.3.200-vanilla-server_V_amd64.deb',
      'linux-libc-dev_V_amd64.deb',
    ],
  );
  for (const path of filesOf(built)) t.is((await run('dpkg-deb', ['-f', path, 'Version'])).trim(), built.version);
});

test.serial('nothing is left beside the build directory', async (t) => {
  const { options } = bench(t);

  const { buildDir } = await buildPackages(options);

  t.deepEqual(readdirSync(dirname(buildDir)).sort(), [basename(buildDir), 'tree']);
});

test.serial('packages that are there are not made again', async (t) => {
  const { options, builds } = bench(t);
  const first = await buildPackages(options);

  const second = await buildPackages(options);

  t.true(first.rebuilt);
  t.false(second.rebuilt);
  t.deepEqual({ ...second, seconds: 0, rebuilt: true }, { ...first, seconds: 0 });
  t.is(builds(), 1);
});

for (const [what, damage] of [
  ['is gone', (path: string) => rmSync(path)],
  ['was cut', (path: string) => truncateSync(path, 10)],
] as const) {
  test.serial(`packages of which one ${what} are made again, and the old ones are gone`, async (t) => {
    const { options } = bench(t);
    const first = await buildPackages(options);

    damage(first.libcDev);
    const second = await buildPackages(options);

    t.true(second.rebuilt);
    t.true(filesOf(second).every((path) => existsSync(path)));
    t.is(readdirSync(dirname(second.image)).length, 4);
  });
}

test.serial('a build that fails leaves no packages that could be taken for its own', async (t) => {
  const { options, tools } = bench(t);
  await buildPackages(options);
  writeFileSync(join(tools, 'gcc-version'), '13.1.0\n');
  writeFileSync(join(tools, 'fail'), '');
  await t.throwsAsync(buildPackages(options), { instanceOf: FlashError, message: /did not build/ });
  rmSync(join(tools, 'fail'));
  writeFileSync(join(tools, 'gcc-version'), '12.2.0\n');

  t.true((await buildPackages(options)).rebuilt);
});

test.serial('a kernel that takes no modules has no package with headers', async (t) => {
  const { options } = bench(t);

  const built = await buildPackages({ ...options, config: 'lean' });

  t.is(built.headers, undefined);
  t.is(filesOf(built).length, 2);
});

test.serial('the kernel that guests boot is not the one that is packaged', async (t) => {
  const { options } = bench(t);
  const guests = await buildKernel({ ...options, config: 'lean' });

  const packaged = await buildPackages({ ...options, config: 'lean' });

  t.not(packaged.buildDir, guests.buildDir);
  t.is(guests.release, '7.3.200-vanilla');
  t.is(packaged.release, '7.3.200-vanilla-lean');
  t.false((await buildKernel({ ...options, config: 'lean' })).rebuilt);
});

for (const [name, label] of [
  ['my.config', 'file-my'],
  ['config-6.12.117-1-AMD64', 'file-6.12.117-1-amd64'],
  ['lean.config', 'file-lean'],
  ['.config', 'file'],
] as const) {
  test.serial(`packages made from a file ${name} are named after it`, async (t) => {
    const { options } = bench(t);
    const config = join(temporaryDir(t), name);
    writeFileSync(config, 'CONFIG_A=y\n');

    const built = await buildPackages({ ...options, config: config as `/${string}` });

    t.is(built.release, `7.3.200-vanilla-${label}`);
    t.true(readFileSync(join(built.buildDir, '.config'), 'utf8').startsWith('CONFIG_A=y\n'));
  });
}

test.serial('a file that has changed is built again', async (t) => {
  const { options } = bench(t);
  const config = join(temporaryDir(t), 'my.config') as `/${string}`;
  writeFileSync(config, 'CONFIG_A=y\n');
  await buildPackages({ ...options, config });

  writeFileSync(config, 'CONFIG_A=m\n');

  t.true((await buildPackages({ ...options, config })).rebuilt);
});

test.serial('a file in which AF_XDP cannot be switched on is refused before anything is compiled', async (t) => {
  const { options, tools, builds } = bench(t);
  const config = join(temporaryDir(t), 'my.config') as `/${string}`;
  writeFileSync(config, 'CONFIG_A=y\n');
  writeFileSync(join(tools, 'refused'), 'CONFIG_XDP_SOCKETS');

  const error = await t.throwsAsync(buildPackages({ ...options, config }), { instanceOf: FlashError });

  t.is(error?.kind, 'configNotApplied');
  t.true(error?.message.includes(config));
  t.regex(error?.details.logTail ?? '', /installed\.config: CONFIG_XDP_SOCKETS=y became n/);
  t.is(builds(), 0);
});

test.serial('a signed kernel is in a package that is otherwise the same, and whose checksums are right', async (t) => {
  const { options, words } = bench(t);
  const dir = temporaryDir(t);
  const sign = await pair;

  const { image, release } = await buildPackages({ ...options, sign });

  await run('dpkg-deb', ['-R', image, join(dir, 'deb')]);
  t.is(readFileSync(join(dir, 'deb', 'boot', `vmlinuz-${release}`), 'utf8'), `image\nsigned by ${sign.key}\n`);
  t.is(readFileSync(join(dir, 'deb', 'boot', `System.map-${release}`), 'utf8'), 'map\n');
  await run('md5sum', ['--check', '--strict', join('DEBIAN', 'md5sums')], { cwd: join(dir, 'deb') });
  for (const file of (await run('dpkg-deb', ['-c', image])).trim().split('\n')) t.regex(file, / root\/root /);
  t.true(words().includes(`sig-key=${sign.key}`));
});

test.serial('a kernel that is to be signed is not the one that was not', async (t) => {
  const { options } = bench(t);
  const sign = await pair;
  await buildPackages(options);

  t.true((await buildPackages({ ...options, sign })).rebuilt);
  t.false((await buildPackages({ ...options, sign })).rebuilt);
});

test.serial('packages are not begun without the programs that make them', async (t) => {
  const { options, tools, builds } = bench(t);
  const sign = await pair;
  for (const name of ['rsync', 'sbsign']) rmSync(join(tools, name));
  writeFiles(tools, { which: '#!/bin/sh\n[ -e "$(dirname "$0")/$1" ]\n', openssl: '#!/bin/sh\n' });

  const error = await t.throwsAsync(buildPackages({ ...options, sign }), { instanceOf: FlashError });

  t.is(error?.kind, 'missingTool');
  t.regex(error?.message ?? '', /without rsync, sbsigntool/);
  t.regex(error?.details.advice ?? '', /apt-get install .* rsync sbsigntool/);
  t.is(builds(), 0);
});
