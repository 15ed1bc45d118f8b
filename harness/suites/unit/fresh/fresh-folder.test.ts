import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../../../host/repository.js';
import { withTemporaryDir } from '../../../host/temporary.js';
import { attempt } from '../../../process/run.js';

/** As root is apart, but in a user namespace, so that anybody can try. */
const apart = [
  '--user',
  '--map-root-user',
  '--net',
  '--mount',
  '--pid',
  '--fork',
  '--kill-child',
  '--propagation',
  'private',
];
const { exitCode: refused, stderr: why } = await attempt('unshare', [
  ...apart,
  'mount',
  '-t',
  'tmpfs',
  'tmpfs',
  '/mnt',
]);
const apartTest = refused === 0 ? test : test.skip;
const skipped = refused === 0 ? '' : ` # no user namespace here: ${why.trim()}`;

/** A folder with the programs of this machine. */
function withFolder(
  binds: Readonly<Record<string, string>>,
  work: (
    enter: (kept: string, ...command: readonly string[]) => ReturnType<typeof attempt>,
    dir: string,
  ) => Promise<void>,
): Promise<void> {
  return withTemporaryDir(tmpdir(), async (scratch) => {
    const dir = join(scratch, 'root');
    for (const name of ['proc', 'sys', 'dev', 'usr', 'root']) mkdirSync(join(dir, name), { recursive: true });
    for (const name of ['bin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(dir, name));
    writeFileSync(
      join(scratch, 'binds'),
      Object.entries({ '/usr': '/usr', ...binds })
        .map(([from, to]) => `${from}\t${to}\n`)
        .join(''),
    );
    const script = join(repositoryRoot, 'harness', 'fresh', 'enter.sh');
    await work(
      (kept, ...command) =>
        attempt('unshare', [...apart, script, dir, join(scratch, 'binds'), kept, '/root', ...command], {
          env: { CARRIED: 'yes', LEFT: 'no' },
        }),
      dir,
    );
  });
}

apartTest(
  `a command in a folder sees a container: a clean environment, its own processes, no /dev/kvm${skipped}`,
  (t) =>
    withFolder({}, async (enter) => {
      const { exitCode, stdout } = await enter(
        'CARRIED',
        'sh',
        '-c',
        'echo $PWD $HOME $CARRIED $LEFT; ls /dev; ls -d /proc/[0-9]* | wc -l; echo >/dev/null; test -w /dev/shm',
      );

      t.is(exitCode, 0, stdout);
      const [first, ...others] = stdout.trimEnd().split('\n');
      t.is(first, '/root /root yes');
      t.deepEqual(others.slice(0, -1), [
        'fd',
        'full',
        'null',
        'ptmx',
        'pts',
        'random',
        'shm',
        'stderr',
        'stdin',
        'stdout',
        'tty',
        'urandom',
        'zero',
      ]);
      t.true(Number(others.at(-1)) < 8, stdout);
    }),
);

apartTest(`what is seen of this machine in a folder cannot be written${skipped}`, (t) =>
  withTemporaryDir(tmpdir(), async (outside) => {
    const file = join(outside, 'npmrc');
    writeFileSync(file, 'of this machine\n');
    await withFolder({ [file]: '/root/.npmrc' }, async (enter, dir) => {
      const read = await enter('', 'cat', '/root/.npmrc');
      const write = await enter('', 'sh', '-c', 'echo changed >/root/.npmrc');

      t.is(read.stdout, 'of this machine\n');
      t.not(write.exitCode, 0);
      t.regex(write.stdout, /Read-only file system/);
      t.deepEqual(readdirSync(join(dir, 'proc')), [], 'nothing is mounted when it is over');
    });
  }),
);

apartTest(`a command in a folder ends with its own exit code${skipped}`, (t) =>
  withFolder({}, async (enter) => {
    t.is((await enter('', 'sh', '-c', 'exit 42')).exitCode, 42);
  }),
);

apartTest(`who is not root is told so before anything is made${skipped}`, async (t) => {
  const { exitCode, stderr } = await attempt('unshare', [
    '--user',
    process.execPath,
    join(repositoryRoot, 'dist', 'harness', 'cli.js'),
    'test',
    'fresh',
    '--suite',
    'trixie',
  ]);

  t.is(exitCode, 2, stderr);
  t.regex(stderr, /^flash: only root can make a folder with a system of its own\n {2}run this command as root$/m);
});
