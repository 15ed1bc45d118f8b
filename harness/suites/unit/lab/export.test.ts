import test, { type ExecutionContext } from 'ava';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { parse } from 'yaml';
import { addLabExport } from '../../../commands/lab/export.js';
import { describeFailure, FlashError } from '../../../errors.js';
import { git } from '../../../kernel/git.js';
import { ownRepository } from '../../../lab/export/plan-jobs.js';
import { temporaryDir, tinyRepository, writeFiles } from '../support/tiny-repository.js';

const inventory = `machines:
  dut:
    ssh: root@dut.example
    ssh-options: [-p2222, -J, gate.example, -o, StrictHostKeyChecking=no]
    power-cycle: ./power-cycle dut
  peer: { ssh: peer.example, ssh-options: ["-4", ""] }
`;

/** Runs `lab export` in a folder with an inventory. */
function exportIn(t: ExecutionContext) {
  const dir = temporaryDir(t);
  writeFiles(dir, { 'lab.yaml': inventory });
  const paths = ['--inventory', join(dir, 'lab.yaml'), '--output', join(dir, 'farm')];
  const repository = ['--repository', 'https://git.example/flash.git', '--revision', '0123abc'];
  const call = async (...args: readonly string[]): Promise<void> => {
    const silent = { writeErr: () => undefined, outputError: () => undefined };
    const lab = new Command('lab').exitOverride().configureOutput(silent);
    addLabExport(lab);
    await lab.parseAsync(['export', ...args], { from: 'user' });
  };
  return {
    dir,
    call,
    run: (engine: string, ...args: readonly string[]) => call(engine, ...paths, ...repository, ...args),
    read: (file: string) => readFileSync(join(dir, 'farm', file), 'utf8'),
    files: () => readdirSync(join(dir, 'farm')).filter((name) => !name.startsWith('.')),
  };
}

const kernel = ['--kernel', 'https://files.example/bzImage', '--modules', '/srv/modules.tar.xz'];
const rootfs = ['--rootfs', 'https://files.example/rootfs.ext4.zst'];

test('a job of LAVA boots the kernel in QEMU, with its modules, and runs the tests at the commit', async (t) => {
  const { run, read } = exportIn(t);

  await run('lava', ...kernel, ...rootfs, '--test', "guest --match 'a full*'");

  const images = {
    kernel: { url: 'https://files.example/bzImage' },
    rootfs: {
      compression: 'zstd',
      overlays: { modules: { url: 'file:///srv/modules.tar.xz', compression: 'xz', path: '/' } },
    },
  };
  const steps = [
    'git clone --quiet https://git.example/flash.git flash',
    'cd flash',
    'git checkout --quiet 0123abc',
    "ci/in-farm guest --match 'a full*' || true",
  ];
  t.like(parse(read('flash-guest-qemu.yaml')), {
    device_type: 'qemu',
    actions: [
      { deploy: { images } },
      { boot: { method: 'qemu' } },
      { test: { definitions: [{ repository: { run: { steps } } }] } },
    ],
  });
});

test('each machine that is named gets a job of LAVA, for its kind and with its name as the tag', async (t) => {
  const { run, read, files } = exportIn(t);

  await run('lava', 'dut', 'peer', ...kernel, ...rootfs, '--device-type', 'x86');

  t.deepEqual(files(), ['flash-here-dut.yaml', 'flash-here-peer.yaml']);
  t.like(parse(read('flash-here-peer.yaml')), {
    device_type: 'x86',
    tags: ['peer'],
    actions: [{ deploy: { to: 'tftp' } }, { boot: { method: 'grub', commands: 'nfs' } }],
  });
});

test('a plan of tmt reaches a machine as ssh does, and installs the packages of the kernel', async (t) => {
  const { run, read } = exportIn(t);

  await run('tmt', 'dut', '--package', 'https://files.example/linux-image.deb');

  t.is(read('.fmf/version'), '1\n');
  const plans = parse(read('plans.fmf')) as Record<string, { prepare: readonly { script: string }[] }>;
  t.like(plans['/flash-here-dut'], {
    provision: {
      how: 'connect',
      guest: 'dut.example',
      user: 'root',
      port: 2222,
      'ssh-option': ['ProxyJump=gate.example', 'StrictHostKeyChecking=no'],
      'hard-reboot': './power-cycle dut',
    },
    discover: { url: 'https://git.example/flash.git', ref: '0123abc' },
  });
  t.regex(plans['/flash-here-dut']?.prepare[0]?.script ?? '', /https:\/\/files\.example\/linux-image\.deb\n/);
});

interface PipelineFile {
  readonly jobs: object;
  readonly fragments: { readonly flash: { readonly configs: readonly string[] } };
  readonly scheduler: readonly object[];
}

test('a KernelCI pipeline gets a build with FLASH, and a job after it', async (t) => {
  const { run, read } = exportIn(t);
  const pipeline = ['--tree', 'https://git.example/linux.git', '--branch', 'main'];

  await run('kernelci', 'dut', ...pipeline, '--build-image', 'gcc:x86', '--runtime', 'lava-1', ...rootfs);

  const { jobs, fragments, scheduler } = parse(read('flash.yaml')) as PipelineFile;
  t.deepEqual(Object.keys(jobs), ['flash-here-dut', 'kbuild-x86-flash'], 'in the order of the alphabet');
  t.true(fragments.flash.configs.includes('CONFIG_XDP_SOCKETS_FLASH=y'));
  t.like(scheduler[1], { job: 'flash-here-dut', event: { name: 'kbuild-x86-flash' }, runtime: { name: 'lava-1' } });
  t.regex(read('runtime/flash-here-dut.jinja2'), /test_method = 'flash-here-dut'/);
  t.regex(read('runtime/tests/flash-here-dut.jinja2'), /- ci\/in-farm here \|\| true/);
});

for (const { args, says } of [
  { args: ['lava'], says: /LAVA boots what a job names, and flash-here-qemu lacks a kernel\n {2}give --kernel URL/ },
  { args: ['lava', ...kernel], says: /lacks a root file system\n {2}give --rootfs URL/ },
  { args: ['lava', '--kernel', 'bzImage'], says: /Give a URL, or the whole path of a file that the farm can read/ },
  { args: ['lava', 'other', ...kernel, ...rootfs], says: /lab\.yaml has no machine "other"\n {2}it has dut, peer/ },
  { args: ['tmt', 'peer'], says: /tmt has no setting for -4 in the ssh-options of peer/ },
  { args: ['tmt', '--repository', 'https://me:secret@git.example/x'], says: /There is a password in it/ },
  { args: ['lava', '--kernel', 'https://me:secret@files.example/x'], says: /There is a password in it/ },
  { args: ['tmt', '--minutes', '0'], says: /whole number of minutes/ },
  { args: ['kernelci'], says: /required option '--tree <url>'/ },
] as const) {
  test(`what cannot be exported is refused, and nothing is written: ${args.join(' ')}`, async (t) => {
    const { run, dir } = exportIn(t);
    const [engine, ...more] = args;

    const error = (await t.throwsAsync(run(engine, ...more))) as Error;

    t.regex(error instanceof FlashError ? describeFailure(error) : error.message, says);
    t.false(existsSync(join(dir, 'farm')));
  });
}

test('an export writes over an earlier one', async (t) => {
  const { run, read } = exportIn(t);
  await run('tmt', '--minutes', '5');

  await run('tmt', '--minutes', '7');

  t.regex(read('plans.fmf'), /duration: 7m/);
});

test('an export writes to no folder that has files of others', async (t) => {
  const { run, dir } = exportIn(t);

  await t.throwsAsync(run('tmt', '--output', dir), { message: /has files that are not from an export: lab\.yaml$/ });

  t.deepEqual(readdirSync(dir), ['lab.yaml']);
});

test('the repository is that of the origin at the commit, without a password that is in its URL', async (t) => {
  const { repository, baseCommit } = await tinyRepository(t, { a: 'a' });
  await t.throwsAsync(ownRepository(repository), { message: /has no origin, from where no machine/ });
  await git(repository, ['remote', 'add', 'origin', '/srv/flash']);
  await t.throwsAsync(ownRepository(repository), { message: /origin of this repository is \/srv\/flash/ });
  await git(repository, ['remote', 'set-url', 'origin', 'https://me:secret@git.example/flash.git']);

  t.deepEqual(await ownRepository(repository), { url: 'https://git.example/flash.git', revision: baseCommit });
});

test("results that came back are written for KernelCI's database", async (t) => {
  const { call, dir } = exportIn(t);
  writeFiles(dir, {
    'log.txt':
      'boot\nKTAP version 1\n1..1\n  KTAP version 1\n  # Subtest: here\n  1..2\n  ok 1 a b\n  not ok 2 c\nnot ok 1 here\n',
  });

  const file = join(dir, 'kcidb.json');
  await call('kcidb', join(dir, 'log.txt'), '--origin', 'me', '--machine', 'dut', '--output', file);

  const { tests, builds } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, readonly Record<string, string>[]>;
  t.deepEqual(
    tests?.map(({ path, status }) => [path, status]),
    [
      ['flash.here.a_b', 'PASS'],
      ['flash.here.c', 'FAIL'],
    ],
  );
  t.true(tests?.every((each) => each['build_id'] === builds?.[0]?.['id']));
});
