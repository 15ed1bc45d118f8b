import test, { type ExecutionContext } from 'ava';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bisect, type Trial } from '../../../bisect/bisect.js';
import { commitHistory } from '../../../bisect/commit-history.js';
import type { Candidate } from '../../../bisect/history.js';
import { judge } from '../../../bisect/judge.js';
import { withCommitBuilds, withSeriesBuilds, type BuildOf } from '../../../bisect/kernels.js';
import { seriesHistory } from '../../../bisect/series-history.js';
import { repositoryRoot } from '../../../host/repository.js';
import { buildKernel, type BuiltKernel } from '../../../kernel/build/build.js';
import { git } from '../../../kernel/git.js';
import type { Patch } from '../../../kernel/series/series.js';
import { start } from '../../../process/run.js';
import type { SuiteResult } from '../../../suites/suite.js';
import {
  commitFiles,
  lines,
  temporaryDir,
  tinyRepository,
  writeFiles,
  type Files,
} from '../support/tiny-repository.js';
import { setEnvironment } from '../support/environment.js';

/** Its image is a source file with the configuration, so that a test can tell what was built. */
const fakeMake = `#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in
    -C) tree=$2; shift ;;
    O=*) out=\${1#O=} ;;
    KCONFIG_CONFIG=*) config=\${1#*=} ;;
  esac
  target=$1
  shift
done
case $target in
  allnoconfig) : >"$config" ;;
  bzImage)
    if grep -q 'syntax error' "$tree/net/a.c"; then echo 'net/a.c:1: error: no such thing' >&2; exit 2; fi
    mkdir -p "$out/arch/x86/boot" "$out/include/config"
    cat "$tree/net/a.c" "$out/.config" >"$out/arch/x86/boot/bzImage"
    echo "$(cat "$tree/release")-flash" >"$out/include/config/kernel.release" ;;
esac
`;

const makefile = (release: number): string => `VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = ${release}\n`;
const kernel = {
  Makefile: makefile(200),
  release: '7.3.200\n',
  'net/a.c': lines(),
  'net/xdp/Kconfig': `config XDP_SOCKETS\n${lines()}`,
  'scripts/min-tool-version.sh': 'echo 5.1.0\n',
};

/** A cache and tools of its own, in which a test is alone. */
function withTools(t: ExecutionContext): string {
  const dir = temporaryDir(t);
  writeFiles(dir, {
    'tools/make': fakeMake,
    'tools/gcc': '#!/bin/sh\necho 12.2.0\n',
    'tools/ld': '#!/bin/sh\necho ld 1\n',
  });
  setEnvironment(t, { PATH: `${join(dir, 'tools')}:${process.env['PATH']}`, FLASH_CACHE: join(dir, 'cache') });
  return dir;
}

/** What bisections leave besides their lock. */
function leftovers(dir: string): string[] {
  return readdirSync(join(dir, 'cache', 'bisect')).filter((name) => !name.startsWith('.lock'));
}

/** The first adds FLASH, the third does not compile, the fourth breaks packets. */
async function fourPatches(t: ExecutionContext): Promise<readonly Patch[]> {
  const { dir, repository } = await tinyRepository(t, kernel);
  const texts: readonly Files[] = [
    { 'net/xdp/Kconfig': `config XDP_SOCKETS\n${lines()}config XDP_SOCKETS_FLASH\n` },
    { 'net/a.c': lines('second') },
    { 'net/a.c': lines('syntax error') },
    { 'net/a.c': lines('packets are lost') },
    { 'net/a.c': lines('packets are lost', 'fifth') },
  ];
  const patches: Patch[] = [];
  for (const [index, files] of texts.entries()) {
    const commit = await commitFiles(repository, `xsk: patch ${index + 1}`, files);
    const patch = await git(repository, ['format-patch', '-1', '--stdout', commit]);
    const file = `core/000${index + 1}-xsk-patch.patch`;
    writeFiles(dir, { [file]: `${patch}\n` });
    patches.push({ file, path: join(dir, file) });
  }
  return patches;
}

const packetsArrive = ({ image }: BuiltKernel): Promise<SuiteResult> => {
  const outcome = readFileSync(image, 'utf8').includes('packets are lost') ? 'failed' : 'passed';
  return Promise.resolve({ tests: [{ title: 'packets arrive', outcome }] });
};

const kernelOf = (buildOf: BuildOf) => async (candidate: Candidate) => buildKernel(await buildOf(candidate));
const how = { name: 'guest', runs: 1 };

test.serial('patches are built on those before them, and nothing is left of what was built', async (t) => {
  const dir = withTools(t);
  const patches = await fourPatches(t);
  const source = join(dir, 'linux');
  writeFiles(source, kernel);
  const history = seriesHistory(patches, '1', 'tip');
  const trials: Trial[] = [];

  const found = await withSeriesBuilds(patches, { base: '7.3', config: 'lean', source }, (buildOf) =>
    bisect({
      history,
      judge: (candidate) => judge(candidate, { build: kernelOf(buildOf), test: packetsArrive }, how),
      onEvent: (event) => void (event.kind === 'end' && trials.push(event.trial)),
    }),
  );

  t.deepEqual(
    found.map(({ position }) => position),
    [3, 4],
  );
  t.deepEqual(
    trials.map(({ candidate, verdict }) => [candidate.position, verdict.kind]),
    [
      [1, 'good'],
      [5, 'bad'],
      [3, 'skipped'],
      [2, 'good'],
      [4, 'bad'],
    ],
  );
  t.deepEqual(leftovers(dir), []);
  t.false(existsSync(join(dir, 'cache', 'sources', '7.3', 'current.json')), 'other commands use what they used before');
});

test.serial('a part of the series is configured with the symbols it has', async (t) => {
  const dir = withTools(t);
  const patches = await fourPatches(t);
  const source = join(dir, 'linux');
  writeFiles(source, kernel);
  const history = seriesHistory(patches, 'base', 'tip');

  const [base, first] = await withSeriesBuilds(patches, { base: '7.3', config: 'hold', source }, async (buildOf) => {
    const images: string[] = [];
    for (const position of [0, 1]) {
      images.push(readFileSync((await kernelOf(buildOf)({ ...history.good, position })).image, 'utf8'));
    }
    return images;
  });

  t.false(base?.includes('CONFIG_XDP_SOCKETS_FLASH'));
  t.true(base?.includes('CONFIG_XDP_SOCKETS=y'));
  t.true(first?.includes('CONFIG_XDP_SOCKETS_FLASH=y'));
  t.false(first?.includes('CONFIG_XDP_SOCKETS_FLASH_HOLD'));
});

test.serial('commits of a git tree are built, each as its own release, and the tree stays as it is', async (t) => {
  const dir = withTools(t);
  const { repository: tree, baseCommit } = await tinyRepository(t, kernel);
  await commitFiles(tree, 'net: more', { 'net/a.c': lines('more') });
  const culprit = await commitFiles(tree, 'net: lose packets', { 'net/a.c': lines('packets are lost') });
  const latest = await commitFiles(tree, 'Linux 7.3.201', { Makefile: makefile(201), release: '7.3.201\n' });
  await git(tree, ['checkout', '--quiet', '--detach', baseCommit]);
  writeFiles(tree, { 'net/a.c': 'not committed' });
  await git(tree, ['branch', 'latest', latest]);
  const history = await commitHistory(tree, baseCommit, 'latest');
  const releases: string[] = [];

  const found = await withCommitBuilds(tree, { base: '7.3', config: 'lean', patches: [] }, (buildOf) =>
    bisect({
      history,
      judge: (candidate) =>
        judge(
          candidate,
          {
            build: kernelOf(buildOf),
            test(built: BuiltKernel) {
              releases.push(built.release);
              return packetsArrive(built);
            },
          },
          how,
        ),
      onEvent: () => undefined,
    }),
  );

  t.deepEqual(
    found.map(({ id }) => id),
    [culprit],
  );
  t.deepEqual([...new Set(releases)], ['7.3.200-flash', '7.3.201-flash']);
  t.is(readFileSync(join(tree, 'net/a.c'), 'utf8'), 'not committed');
  t.deepEqual(leftovers(dir), []);
});

test.serial('a bisection that is interrupted leaves nothing behind', async (t) => {
  const dir = withTools(t);
  const { repository: tree } = await tinyRepository(t, kernel);
  const from = (path: string): string => JSON.stringify(join(repositoryRoot, 'dist', 'harness', path));
  writeFiles(dir, {
    'run.mjs': `import { withCommitBuilds } from ${from('bisect/kernels.js')};
import { installInterruptHandler, interruptSignal } from ${from('process/interrupt.js')};
installInterruptHandler();
await withCommitBuilds(${JSON.stringify(tree)}, { base: '7.3', config: 'lean', patches: [] }, async () => {
  console.log('ready');
  await sleep(60_000, undefined, { signal: interruptSignal });
}).catch(() => undefined);
`,
  });
  const run = start(process.execPath, ['run.mjs'], { cwd: dir });
  for await (const text of run.stdout) if (String(text).includes('ready')) break;
  t.is(leftovers(dir).length, 1);

  process.kill(run.pid as number, 'SIGTERM');
  await run;

  t.deepEqual(leftovers(dir), []);
});
