import test from 'ava';
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { runInGuest } from '../../machine/guest/run-in-guest.js';
import { inspectCachePath } from '../../host/machine.js';
import { repositoryRoot } from '../../host/repository.js';
import { makeSocketDir } from '../../host/temporary.js';
import { nativeMakeArgs, networkFunctionsMakeArgs } from '../../native/build-native.js';
import { nicsMakeArgs } from '../../nics/build-nics.js';
import { attempt } from '../../process/run.js';
import { setEnvironment } from './support/environment.js';
import { temporaryDir, writeFiles } from './support/tiny-repository.js';

/** What kbuild could not have, and make and a shell would take apart. */
const oddName = `a checkout, of "it's" 100 % #1 $HOME ü`;

const makefiles = [
  { what: 'the C and BPF programs', args: nativeMakeArgs, output: '../../out/native/nf' },
  { what: 'the library for network functions', args: networkFunctionsMakeArgs, output: '../out/native/xsk-tests' },
  { what: 'the emulated NICs', args: nicsMakeArgs, output: '../../out/nics/flash-nics' },
] as const;

for (const { what, args, output } of makefiles) {
  test(`${what} are built in a checkout of any name`, async (t) => {
    const checkout = join(temporaryDir(t), oddName);
    symlinkSync(repositoryRoot, checkout);

    const plan = await attempt('make', [...args(checkout), '--dry-run', '--always-make']);

    t.is(plan.exitCode, 0, plan.stderr);
    t.is(plan.stderr, '');
    t.true(plan.stdout.includes(` -o ${output} `), plan.stdout);
  });
}

/** Makes programs of that name come first on a PATH, and returns it. */
function fakePath(dir: string, programs: Readonly<Record<string, string>>): string {
  for (const [name, script] of Object.entries(programs)) {
    writeFiles(dir, { [name]: `#!/bin/sh\n${script}\n` });
    chmodSync(join(dir, name), 0o755);
  }
  return `${dir}:${process.env['PATH'] ?? ''}`;
}

test.serial('what vng hands to QEMU and the guest has every path whole, and none of the checkout', async (t) => {
  const dir = temporaryDir(t);
  const [image, runDir, said] = [join(dir, oddName, 'bzImage'), join(dir, 'run'), join(dir, 'said.json')];
  // As vng does: what it is given goes through a shell once more.
  const vng = `eval "set -- $*"\npwd > ${said}\nprintf '%s\\n' "$@" >> ${said}\necho 0 > ${runDir}/exit`;
  setEnvironment(t, { PATH: fakePath(join(dir, 'bin'), { vng }) });

  await runInGuest({ image, command: ['true'], accel: 'tcg', runDir });

  const [directory, ...args] = readFileSync(said, 'utf8').trimEnd().split('\n');
  t.is(directory, '/', 'where it runs becomes an option of the kernel');
  t.true(args.includes(image), args.join('\n'));
  t.true(args.includes(`--rwdir=${runDir}=${runDir}`));
  t.deepEqual(
    args.filter((arg) => arg.includes(repositoryRoot)),
    [],
  );
  t.true(args.includes(`--append=PATH=${runDir}/shortcuts:/bin`));
  t.true(existsSync(join(runDir, 'shortcuts', 'udevadm')));
});

const temporaryDirs = [
  { title: 'an ordinary', tmpdir: '/var/tmp', parent: '/var/tmp' },
  { title: 'a very long', tmpdir: `/var/tmp/${'long/'.repeat(20)}`, parent: '/tmp' },
  { title: 'a comma in the', tmpdir: '/var/tmp/a,b', parent: '/tmp' },
  { title: 'a colon in the', tmpdir: '/var/tmp/a:b', parent: '/tmp' },
] as const;

for (const { title, tmpdir, parent } of temporaryDirs) {
  test.serial(`sockets have a short and plain path with ${title} TMPDIR`, (t) => {
    setEnvironment(t, { TMPDIR: tmpdir });

    const dir = makeSocketDir('test');
    t.teardown(() => rmSync(dir, { recursive: true }));

    t.true(dir.startsWith(`${parent}/flash-test-`), dir);
  });
}

const plainCaches = ['/home/someone/.cache/flash', '/srv/a.b_c+d-1', `/${'a'.repeat(199)}`] as const;
const oddCaches = [
  { cache: '/work/cache with blank', why: 'has characters other than' },
  { cache: '/work/cache:colon', why: 'has characters other than' },
  { cache: '/work/100%', why: 'has characters other than' },
  { cache: '/home/me@example.org/.cache/flash', why: 'has characters other than' },
  { cache: '/work/ü', why: 'has characters other than' },
  { cache: '/work/a,b', why: 'has characters other than' },
  { cache: "/work/it's", why: 'has characters other than' },
  { cache: '/work/$HOME#1', why: 'has characters other than' },
  { cache: `/${'a'.repeat(200)}`, why: 'has 201 bytes, more than 200' },
] as const;

test.serial('a cache whose path kbuild and virtme-ng can have is fine', async (t) => {
  for (const cache of plainCaches) {
    setEnvironment(t, { FLASH_CACHE: cache });

    t.deepEqual(await inspectCachePath(), { what: 'path of the cache', state: 'ok', found: cache });
  }
});

for (const { cache, why } of oddCaches) {
  test.serial(`doctor says what is wrong with the cache ${cache.slice(0, 30)}, and what to do`, async (t) => {
    setEnvironment(t, { FLASH_CACHE: cache });

    const found = `no kernel can be built and booted in the cache ${cache}, since this path ${why}`;
    const finding = await inspectCachePath();

    t.like(finding, { state: 'missing', advice: 'set FLASH_CACHE to another directory' });
    t.true(finding.found.startsWith(found), finding.found);
  });
}

test.serial('a link to a directory that kbuild cannot have is no way around', async (t) => {
  const dir = temporaryDir(t);
  symlinkSync('/work/cache with blank', join(dir, 'cache'));
  setEnvironment(t, { FLASH_CACHE: join(dir, 'cache') });

  t.regex((await inspectCachePath()).found, /the cache \/work\/cache with blank,/);
});

const { scripts } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
/** xdp compiles a few files at most, and nothing once they are. */
const withoutCache = ['doctor', 'test:unit', 'bench:compare', 'lint', 'lab', 'flash', 'monitor', 'xdp'];
/** Without these they are refused for another reason. */
const neededArguments: Readonly<Record<string, string>> = {
  bisect: 'base tip -- kunit',
  patches: 'check',
  prove: 'litmus',
  'test:fresh': '--suite bookworm',
};
const programs = ['apt-get', 'sudo', 'python3'] as const;

for (const [name, script] of Object.entries(scripts).filter(([name]) => !withoutCache.includes(name))) {
  test(`npm run ${name} refuses a cache no kernel can be built in before it does anything`, async (t) => {
    const dir = temporaryDir(t);
    const called = join(dir, 'called');
    const record = `echo "$0 $*" >> ${called}`;
    const PATH = fakePath(join(dir, 'bin'), Object.fromEntries(programs.map((program) => [program, record])));
    const env = { PATH, FLASH_CACHE: '/work/cache with blank' };

    const result = await attempt('bash', ['-c', `${script} ${neededArguments[name] ?? ''}`], {
      cwd: repositoryRoot,
      env,
    });

    t.is(result.exitCode, 2);
    t.regex(
      result.stderr,
      /^flash: no kernel can be built [^\n]* \/work\/cache with blank, .*\n {2}set FLASH_CACHE to .*\n$/,
    );
    t.false(existsSync(called), 'it started nothing');
  });
}
