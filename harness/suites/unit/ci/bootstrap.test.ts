import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../../../host/repository.js';
import { withTemporaryDir } from '../../../host/temporary.js';
import { attempt, run, type RunResult } from '../../../process/run.js';

/** A made-up machine: what is not installed, and who sits at it. Nobody has a terminal. */
interface Machine {
  readonly missing?: readonly string[];
  readonly user: 'root' | 'ordinary';
  readonly sudo?: 'asks for a password' | 'asks for nothing';
  readonly virtmeNg?: 'installed' | 'a package' | 'no package';
  /** The version of cargo, with what belongs to it. */
  readonly cargo?: string;
}

interface Outcome extends RunResult {
  /** What was called that changes a machine, in order. */
  readonly calls: readonly string[];
  /** Whether there is a venv with virtme-ng. */
  readonly venv: boolean;
}

const realTools = ['bash', 'sed', 'grep', 'sort', 'comm', 'mkdir', 'rm', 'env', 'cp', 'dirname', 'realpath'];
const logged = 'echo "${0##*/} $*" >>"$CALLS"';

/** Programs as lines of sh. The venv that the made-up python3 makes has a pip that makes vng. */
function programsOf({
  missing = [],
  user,
  sudo,
  virtmeNg = 'installed',
  cargo,
}: Machine): Readonly<Record<string, readonly string[]>> {
  return {
    id: [`echo ${user === 'root' ? 0 : 1000}`],
    'dpkg-query': [
      'shift 2',
      'for name; do',
      `case " ${missing.join(' ')} " in *" $name "*) ;; *) echo "ii  $name" ;; esac`,
      'done',
    ],
    'apt-get': [logged],
    'apt-cache': [`exit ${virtmeNg === 'a package' ? 0 : 100}`],
    python3: [logged, 'mkdir -p "$3/bin"', 'cp "$PIP" "$3/bin/python"'],
    pip: ['echo pip >>"$CALLS"', 'cp "$0" "${0%/*}/vng"'],
    ...(sudo && { sudo: [`[ "$1" != -n ] || exit ${sudo === 'asks for nothing' ? 0 : 1}`, logged, 'exec "$@"'] }),
    ...(virtmeNg === 'installed' && { vng: ['exit 0'] }),
    ...(cargo !== undefined && {
      cargo: [`echo 'cargo ${cargo} (d8a7c8e3b 2026-01-01)'`],
      ...{ 'cargo-clippy': ['exit 0'], 'cargo-fmt': ['exit 0'] },
    }),
  };
}

function bootstrap(machine: Machine, ...args: readonly string[]): Promise<Outcome> {
  return withTemporaryDir(tmpdir(), async (dir) => {
    const bin = join(dir, 'bin');
    const calls = join(dir, 'calls');
    mkdirSync(bin);
    writeFileSync(calls, '');
    for (const path of (await run('which', realTools)).trim().split('\n')) symlinkSync(path, join(bin, basename(path)));
    for (const [name, lines] of Object.entries(programsOf(machine)))
      writeFileSync(join(bin, name), `#!/bin/sh\n${lines.join('\n')}\n`, { mode: 0o755 });
    const env = { PATH: bin, HOME: dir, FLASH_CACHE: join(dir, 'cache'), CALLS: calls, PIP: join(bin, 'pip') };
    const result = await attempt(join(bin, 'bash'), [join(repositoryRoot, 'ci', 'bootstrap.sh'), ...args], { env });
    return {
      ...result,
      calls: readFileSync(calls, 'utf8').split('\n').filter(Boolean),
      venv: existsSync(join(dir, 'cache', 'virtme-ng', 'bin', 'vng')),
    };
  });
}

/** The calls without options and paths. */
const called = ({ calls }: Outcome): string[] =>
  calls.map((call) => call.replace(/ (-\S+|\/\S+|env|DEBIAN_FRONTEND=\S+)/g, ''));

for (const machine of [{ user: 'root' }, { user: 'ordinary' }] satisfies readonly Machine[]) {
  test(`nothing is done where nothing is missing (${machine.user})`, async (t) => {
    const outcome = await bootstrap(machine);

    t.is(outcome.exitCode, 0, outcome.stderr);
    t.deepEqual(outcome.calls, []);
    t.false(outcome.venv);
  });
}

for (const sudo of [undefined, 'asks for a password', 'asks for nothing'] as const) {
  for (const virtmeNg of ['a package', 'no package'] as const) {
    test(`an ordinary user gets virtme-ng without root (sudo: ${sudo ?? 'none'}, virtme-ng: ${virtmeNg})`, async (t) => {
      const outcome = await bootstrap({ user: 'ordinary', virtmeNg, ...(sudo && { sudo }) });

      t.is(outcome.exitCode, 0, outcome.stderr);
      t.deepEqual(called(outcome), ['python3 venv', 'pip']);
      t.true(outcome.venv);
    });
  }
}

for (const { sudo, why } of [
  { sudo: undefined, why: 'this is not root, and sudo is not installed' },
  { sudo: 'asks for a password', why: 'this is not root, and sudo asks for a password' },
] as const) {
  const machine = {
    user: 'ordinary',
    missing: ['flex', 'bc', 'python3-venv'],
    virtmeNg: 'no package',
    ...(sudo && { sudo }),
  } as const;

  test(`who cannot become root is given one command for all that is missing (sudo: ${sudo ?? 'none'})`, async (t) => {
    const outcome = await bootstrap(machine);

    t.is(outcome.exitCode, 4);
    t.true(outcome.stderr.includes(why), outcome.stderr);
    t.deepEqual(outcome.stderr.match(/apt-get install.*/g), [
      'apt-get install -y --no-install-recommends bc flex python3-venv',
    ]);
    t.deepEqual(outcome.calls, []);
  });

  test(`the one command also has what only this command needs (sudo: ${sudo ?? 'none'})`, async (t) => {
    const { stderr } = await bootstrap({ ...machine, missing: ['bc', 'libdpdk-dev'] }, 'bench');

    t.deepEqual(stderr.match(/apt-get install.*/g), ['apt-get install -y --no-install-recommends bc libdpdk-dev']);
  });

  test(`what a command can do without is done without (sudo: ${sudo ?? 'none'})`, async (t) => {
    const outcome = await bootstrap({ ...machine, missing: ['libdpdk-dev'], virtmeNg: 'installed' }, 'bench');

    t.is(outcome.exitCode, 0, outcome.stderr);
    t.regex(outcome.stderr, /going on without libdpdk-dev; .*apt-get install .* libdpdk-dev/);
    t.deepEqual(outcome.calls, []);
  });
}

test('all that is missing is installed at once with a sudo that asks for nothing', async (t) => {
  const outcome = await bootstrap({
    user: 'ordinary',
    sudo: 'asks for nothing',
    missing: ['flex', 'bc'],
    virtmeNg: 'a package',
  });

  t.is(outcome.exitCode, 0, outcome.stderr);
  t.deepEqual(
    called(outcome)
      .filter((call) => !call.startsWith('sudo'))
      .slice(0, 2),
    ['apt-get update', 'apt-get install bc flex virtme-ng'],
  );
});

test('what makes packages is installed for who asks for packages, and for nobody else', async (t) => {
  const machine = { user: 'root', missing: ['debhelper', 'rsync'] } as const;

  t.deepEqual(called(await bootstrap(machine)), []);
  t.deepEqual(called(await bootstrap(machine, 'package')), ['apt-get update', 'apt-get install debhelper rsync']);
});

/** Debian 12 has two; elsewhere the only one will do. */
const rust = /^apt-get install (?:cargo-web rust-web-clippy rustc-web rustfmt-web|cargo rust-clippy rustc rustfmt)$/;
const allRust = [
  'rustc',
  'cargo',
  'rust-clippy',
  'rustfmt',
  'rustc-web',
  'cargo-web',
  'rust-web-clippy',
  'rustfmt-web',
];

for (const { cargo, enough } of [
  { cargo: undefined, enough: false },
  { cargo: '1.65.0', enough: false },
  { cargo: '1.75.0', enough: true },
  { cargo: '1.110.1', enough: true },
]) {
  test(`Rust is ${enough ? 'not ' : ''}installed for the tests of who has ${cargo ?? 'none'}`, async (t) => {
    const machine = { user: 'root', missing: allRust, ...(cargo !== undefined && { cargo }) } as const;

    t.deepEqual(called(await bootstrap(machine)), []);
    const [update, install, ...more] = called(await bootstrap(machine, 'test'));

    t.deepEqual([update, ...more], [enough ? undefined : 'apt-get update']);
    if (!enough) t.regex(install ?? '', rust);
    else t.is(install, undefined);
  });
}

test('root gets the virtme-ng of the distribution', async (t) => {
  const outcome = await bootstrap({ user: 'root', virtmeNg: 'a package' });

  t.deepEqual(called(outcome).slice(0, 2), ['apt-get update', 'apt-get install virtme-ng']);
});

test('root gets virtme-ng in a venv where the distribution has none', async (t) => {
  const outcome = await bootstrap({ user: 'root', virtmeNg: 'no package' });

  t.is(outcome.exitCode, 0, outcome.stderr);
  t.deepEqual(called(outcome), ['apt-get update', 'python3 venv', 'pip']);
  t.true(outcome.venv);
});

for (const { machine, root } of [
  { machine: { user: 'root' }, root: 'this is root' },
  { machine: { user: 'ordinary', sudo: 'asks for nothing' }, root: 'sudo' },
  {
    machine: { user: 'ordinary', sudo: 'asks for a password' },
    root: 'this is not root, and sudo asks for a password',
  },
  { machine: { user: 'ordinary' }, root: 'this is not root, and sudo is not installed' },
] satisfies readonly { machine: Machine; root: string }[]) {
  test(`a check says what is missing and changes nothing: ${root}`, async (t) => {
    const outcome = await bootstrap({ ...machine, missing: ['bc', 'flex'], virtmeNg: 'no package' }, 'check');

    t.deepEqual(outcome.stdout.split('\n'), ['bc flex', root, '']);
    t.deepEqual(outcome.calls, []);
  });
}
