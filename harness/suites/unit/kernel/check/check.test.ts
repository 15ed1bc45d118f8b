import test from 'ava';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { columns, isClean, type Column, type PatchVerdicts } from '../../../../kernel/check/verdict.js';
import { addedLines } from '../../../../kernel/series/patch-size.js';
import { checkSeries } from '../../../../kernel/check/check.js';
import { exportSeries } from '../../../../kernel/series/export.js';
import { checkoutSeries } from '../../../../kernel/series/work-tree.js';
import { readSeries, type Patch } from '../../../../kernel/series/series.js';
import { setEnvironment } from '../../support/environment.js';
import { commitFiles, temporaryDir, tinyRepository, writeFiles, type Files } from '../../support/tiny-repository.js';

/**
 * Stands in for make: a configuration is what is appended to it, and to compile a file is to warn wherever
 * it says "warn COLUMN". What it is asked for is logged.
 */
const fakeMake = `#!/bin/bash
echo "$*" >>"$MAKE_LOG"
column=gcc targets=()
while (($#)); do
  case $1 in
    -C) tree=$2; shift ;;
    O=*) out=\${1#O=} ;;
    CC=*clang) column=clang ;;
    ARCH=i386) column=i386 ;;
    C=2) column=sparse ;;
    KCONFIG_CONFIG=*) config=\${1#*=} ;;
    allnoconfig | allmodconfig) echo "# $1" >"$config" ;;
    */ | *.o) targets+=("$1") ;;
  esac
  shift
done
if [[ $column == gcc ]]; then
  column=FLASH=n
  grep -q XDP_SOCKETS_FLASH=y "$out/.config" && column=FLASH=y
  grep -q allmodconfig "$out/.config" && column=allmodconfig
fi
cd "$tree" || exit
for target in "\${targets[@]}"; do
  for file in \${target%.o}*.c; do
    [[ $target == */ || $file == "\${target%.o}.c" ]] && grep -n "warn $column$" "$file" | sed "s|\\([0-9]*\\):\\(.*\\)|$file:\\1:1: warning: \\2|" >&2
  done
done
exit 0
`;

const fakeCheckpatch = `my $patch = $ARGV[-1];
open my $in, '<', $patch;
while (<$in>) { print "$patch:$.: WARNING:X: not so\\n" if /^\\+.*warn checkpatch$/ }
`;

const fakeKernelDoc = `#!/bin/bash
for file; do [[ $file == -* ]] || grep -n 'warn kernel-doc$' "$file" | sed "s|\\([0-9]*\\):\\(.*\\)|$file:\\1: warning: \\2|" >&2; done
`;

const driver = 'drivers/net/ethernet/intel/ixgbe/ixgbe_xsk.c';

const warnsOf = (...kinds: readonly string[]): string => kinds.map((kind) => `// warn ${kind}\n`).join('');

/** A kernel that every column has something to say about, and a series of one commit for each set of files. */
async function withSeries(t: ExecutionContext, commits: readonly Files[]) {
  const tools = temporaryDir(t);
  const log = join(tools, 'log');
  writeFiles(tools, { make: fakeMake, log: '' });
  setEnvironment(t, { PATH: `${tools}:${process.env['PATH']}`, MAKE_LOG: log, FLASH_CACHE: join(tools, 'cache') });
  const source = await tinyRepository(t, {
    'net/xdp/Kconfig': 'config XDP_SOCKETS_FLASH\n',
    'net/xdp/old.c': warnsOf(...columns),
    [driver]: 'old\n',
    'net/core/filter.c': 'old\n',
    'scripts/checkpatch.pl': fakeCheckpatch,
    'scripts/kernel-doc': fakeKernelDoc,
  });
  const tree = await checkoutSeries(source, [], false);
  for (const [index, files] of commits.entries()) await commitFiles(tree, `xsk: commit ${index}`, files);
  const series = join(source.dir, 'kernel', 'series');
  await exportSeries(source, series);
  const patches = readSeries(series);
  const check = (wanted: readonly Column[], before = 0): Promise<readonly PatchVerdicts[]> =>
    checkSeries(
      source,
      { before: patches.slice(0, before), patches: patches.slice(before), columns: wanted },
      () => undefined,
    );
  return { check, patches, log: (): string => readFileSync(log, 'utf8') };
}

const problemsOf = (rows: readonly PatchVerdicts[]): string[][] =>
  rows.map(({ verdicts }) =>
    [...verdicts].flatMap(([column, { problems }]) =>
      problems.map((problem) => `${column} ${problem.replace(/^(?:line )?(?:\S*?:)?\d+: /, '')}`),
    ),
  );

const warned = [
  'kernel-doc',
  'FLASH=y',
  'sparse',
  'FLASH=n',
  'clang',
  'i386',
  'allmodconfig',
] as const satisfies readonly Column[];

test.serial('each column blames the patch that brings its warning, and no other one', async (t) => {
  const commits = warned.map((_, index) => ({
    'net/xdp/new.c': `${'int a;\n'.repeat(index + 1)}${warnsOf(...warned.slice(0, index + 1))}`,
    'net/xdp/old.c': `${warnsOf(...columns)}${'\n'.repeat(index + 1)}`,
  }));
  const { check } = await withSeries(t, commits);

  const rows = await check(columns);

  t.deepEqual(
    problemsOf(rows),
    warned.map((column) => [`${column} // warn ${column}`]),
  );
  t.false(rows.some((row) => isClean(row, columns)));
  t.true(rows.every((row) => isClean(row, ['applies', 'lines', 'checkpatch'])));
});

test.serial('a patch of 251 added lines is too long, whatever it has of tests and documentation', async (t) => {
  const { check, patches } = await withSeries(t, [
    {
      'net/xdp/a.c': 'x\n'.repeat(250),
      'net/xdp/a_test.c': 'x\n'.repeat(300),
      'Documentation/a.rst': 'x\n'.repeat(300),
      'tools/testing/selftests/net/a.c': 'x\n'.repeat(300),
    },
    { 'net/xdp/b.c': 'x\n'.repeat(251) },
  ]);

  const rows = await check(['applies', 'lines']);

  t.deepEqual(problemsOf(rows), [[], ['lines adds 251 lines of code, and 250 are the most']]);
  t.deepEqual(patches.map(addedLines), [250, 251]);
});

test.serial('checkpatch looks at what a patch adds', async (t) => {
  const { check } = await withSeries(t, [{ 'net/xdp/a.c': warnsOf('checkpatch') }, { 'net/xdp/b.c': 'x\n' }]);

  t.deepEqual(problemsOf(await check(['applies', 'checkpatch'])), [['checkpatch WARNING:X: not so'], []]);
});

test.serial('a posting is compared with what the ones before it left', async (t) => {
  const { check } = await withSeries(t, [
    { 'net/xdp/a.c': warnsOf('clang') },
    { 'net/xdp/a.c': `x\n${warnsOf('clang')}` },
  ]);

  const rows = await check(['applies', 'clang'], 1);

  t.deepEqual(problemsOf(rows), [[]]);
});

test.serial(
  'the guests’ compiler compiles whole drivers, others what is touched, and only a Kconfig is configured for again',
  async (t) => {
    const { check, log } = await withSeries(t, [
      { [driver]: 'new\n', 'net/core/filter.c': 'new\n' },
      { 'net/xdp/Kconfig': 'config XDP_SOCKETS_FLASH\n\n' },
    ]);

    await check(['applies', 'FLASH=y', 'clang']);

    const asked = log()
      .split('\n')
      .map((line) => / W=1 (.*)$/.exec(line)?.[1] ?? line.split(' ').at(-1) ?? '');
    const [whole, touched] = [
      'net/xdp/ drivers/net/ethernet/intel/ixgbe/ net/core/filter.o',
      `net/xdp/ ${driver.replace(/c$/, 'o')} net/core/filter.o`,
    ];
    const configured = ['allnoconfig', 'olddefconfig', 'prepare'];
    t.deepEqual(asked, [
      ...configured,
      whole,
      ...configured,
      touched,
      whole,
      touched,
      ...configured,
      'net/xdp/',
      ...configured,
      'net/xdp/',
      '',
    ]);
  },
);

test.serial('sparse by itself sees what a patch makes visible in Kconfig', async (t) => {
  const { check, log } = await withSeries(t, [{ 'net/xdp/Kconfig': 'config XDP_SOCKETS_FLASH\n\n' }]);

  await check(['applies', 'sparse']);

  t.is(log().match(/olddefconfig$/gm)?.length, 2);
});

test.serial('what follows a patch that does not apply is not looked at', async (t) => {
  const { check, patches } = await withSeries(t, [
    { 'net/xdp/old.c': 'x\n' },
    { 'net/xdp/old.c': 'y\n' },
    { 'net/xdp/old.c': 'z\n' },
  ]);
  writeFileSync((patches[1] as Patch).path, 'no patch\n');

  const rows = await check(['applies', 'lines']);

  t.deepEqual(
    rows.map(({ verdicts }) => [...verdicts].map(([column, { ok }]) => `${column} ${ok}`)),
    [['applies true', 'lines true'], ['applies false'], []],
  );
});
