import test from 'ava';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { FlashError } from '../../../../errors.js';
import { buildKernel, type BuildOptions } from '../../../../kernel/build/build.js';
import { temporaryDir, writeFiles } from '../../support/tiny-repository.js';

/**
 * Stands in for make: a configuration is what the fragments append to it, `bzImage` writes an image and a
 * release. It counts its image builds, and fails them while a file of that name is there.
 */
const fakeMake = `#!/bin/sh
for word; do
  case $word in
    O=*) out=\${word#O=} ;;
    KCONFIG_CONFIG=*) config=\${word#*=} ;;
    LOCALVERSION=*) local=\${word#*=} ;;
  esac
  target=$word
done
here=$(dirname "$0")
case $target in
  allnoconfig) : >"$config" ;;
  bzImage)
    echo x >>"$here/builds"
    echo '  CC      net/xdp/xsk.o'
    if [ -e "$here/fail" ]; then
      mkdir -p "$out/arch/x86/boot" && echo half >"$out/arch/x86/boot/bzImage"
      echo "net/xdp/xsk.c:1:1: error: no such thing" >&2
      exit 2
    fi
    mkdir -p "$out/arch/x86/boot" "$out/include/config"
    echo image >"$out/arch/x86/boot/bzImage"
    echo "6.12.200$local" >"$out/include/config/kernel.release" ;;
esac
`;

const fakeGcc = `#!/bin/sh
cat "$(dirname "$0")/gcc-version"
`;

interface Bench {
  readonly tools: string;
  readonly options: BuildOptions;
  builds(): number;
}

/** A cache, a source tree and tools of its own; these tests change PATH and run one by one. */
function bench(t: ExecutionContext): Bench {
  const dir = temporaryDir(t);
  const tools = join(dir, 'tools');
  const path = process.env['PATH'];
  writeFiles(dir, {
    'tools/make': fakeMake,
    'tools/gcc': fakeGcc,
    'tools/ld': '#!/bin/sh\necho ld 1\n',
    'tools/gcc-version': '12.2.0\n',
    'linux/Makefile': 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 200\n',
    'linux/net/a.c': 'int a;\n',
    'linux/scripts/min-tool-version.sh': 'echo 5.1.0\n',
  });
  for (const tool of ['make', 'gcc', 'ld']) chmodSync(join(tools, tool), 0o755);
  process.env['PATH'] = `${tools}:${path}`;
  process.env['FLASH_CACHE'] = join(dir, 'cache');
  t.teardown(() => void (process.env['PATH'] = path));
  const counter = join(tools, 'builds');
  return {
    tools,
    options: { vanilla: true, source: join(dir, 'linux') },
    builds: () => (existsSync(counter) ? readFileSync(counter, 'utf8').length / 2 : 0),
  };
}

test.serial('a second build with nothing changed builds nothing', async (t) => {
  const { options, builds } = bench(t);

  const first = await buildKernel(options);
  const second = await buildKernel(options);

  t.is(first.release, '6.12.200-vanilla');
  t.true(first.rebuilt);
  t.false(second.rebuilt);
  t.deepEqual({ ...second, seconds: 0, rebuilt: true }, { ...first, seconds: 0 });
  t.is(builds(), 1);
});

test.serial('configs are built apart from each other', async (t) => {
  const { options, builds } = bench(t);

  const base = await buildKernel(options);
  const debug = await buildKernel({ ...options, config: 'debug' });

  t.not(debug.image, base.image);
  t.false((await buildKernel(options)).rebuilt);
  t.is(builds(), 2);
});

test.serial('another compiler builds again', async (t) => {
  const { options, tools } = bench(t);
  await buildKernel(options);

  writeFileSync(join(tools, 'gcc-version'), '13.1.0\n');

  t.true((await buildKernel(options)).rebuilt);
});

test.serial('a compiler that is too old is refused with both versions', async (t) => {
  const { options, tools, builds } = bench(t);
  writeFileSync(join(tools, 'gcc-version'), '4.9.2\n');

  const error = await t.throwsAsync(buildKernel(options), { instanceOf: FlashError });

  t.is(error?.kind, 'compilerTooOld');
  t.regex(error?.message ?? '', /4\.9\.2.*5\.1\.0/);
  t.is(builds(), 0);
});

test.serial('a build that failed shows its errors and is not trusted afterwards', async (t) => {
  const { options, tools, builds } = bench(t);
  writeFileSync(join(tools, 'fail'), '');

  const error = await t.throwsAsync(buildKernel(options), { instanceOf: FlashError });
  rmSync(join(tools, 'fail'));
  const next = await buildKernel(options);

  t.is(error?.kind, 'buildFailed');
  t.is(error?.details.logTail, 'net/xdp/xsk.c:1:1: error: no such thing');
  t.true(existsSync(error?.details.logPath ?? ''));
  t.true(next.rebuilt);
  t.is(builds(), 2);
});

test.serial('a build that fails after a good one takes the good one away', async (t) => {
  const { options, tools } = bench(t);
  await buildKernel(options);
  writeFileSync(join(tools, 'gcc-version'), '13.1.0\n');
  writeFileSync(join(tools, 'fail'), '');
  await t.throwsAsync(buildKernel(options));

  writeFileSync(join(tools, 'gcc-version'), '12.2.0\n');
  rmSync(join(tools, 'fail'));

  t.true((await buildKernel(options)).rebuilt);
});

test.serial('the message says where the source came from and how it relates to the pinned release', async (t) => {
  const { options } = bench(t);

  const { origin } = await buildKernel(options);

  t.true(origin.startsWith(options.source as string));
  t.regex(origin, /Linux 6\.12\.200, newer than the pinned 6\.12\.\d+/);
});
