import test from 'ava';
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { firstError, parseOsRelease, uriOf } from '../../../apt/archive.js';
import { describeFailure, FlashError } from '../../../errors.js';
import { run } from '../../../process/run.js';
import { requireDistribution } from '../../../qemu/archive.js';
import { fetchQemu, readCandidate, sumSizes } from '../../../qemu/fetch.js';
import { fetchedDir, findFetched, readStamp, writeLauncher, writeStamp } from '../../../qemu/fetched.js';
import { findNicQemu } from '../../../qemu/find.js';
import { inspectNicQemu } from '../../../qemu/inspect.js';
import { listsVfioUser, parseVersion, probeQemu } from '../../../qemu/probe.js';
import { setEnvironment } from '../support/environment.js';
import { temporaryDir, writeFiles } from '../support/tiny-repository.js';

const vfioUser = 'name "vfio-user-pci", bus PCI, desc "VFIO over socket PCI device assignment"';
const vfio = 'name "vfio-pci", bus PCI, desc "VFIO-based PCI device assignment"';

/** A program that answers the two questions a QEMU is asked. */
function fakeQemu(path: string, version: string, devices: string): string {
  const script = `#!/bin/sh\n[ "$1" = --version ] && echo 'QEMU emulator version ${version} (Debian 1:1)' || echo '${devices}'\n`;
  writeFiles(join(path, '..'), { [path.split('/').at(-1) ?? '']: script });
  chmodSync(path, 0o755);
  return path;
}

/** A cache of its own; tests that set the environment run one after the other. */
function withCache(t: ExecutionContext, env: Readonly<Record<string, string>> = {}): string {
  const dir = temporaryDir(t);
  setEnvironment(t, { FLASH_CACHE: join(dir, 'cache'), FLASH_QEMU: '', PATH: process.env['PATH'] ?? '', ...env });
  return dir;
}

for (const [text, version] of [
  ['QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)\nCopyright (c) 2003-2022\n', '7.2.22'],
  ['QEMU emulator version 11.1.2 (Debian 1:11.1.2+ds-3)\n', '11.1.2'],
  ['QEMU emulator version 10.1\n', '10.1'],
  ['something else\n', 'something else'],
] as const) {
  test(`a QEMU's version is read: ${version}`, (t) => t.is(parseVersion(text), version));
}

test('only vfio-user-pci counts, not its relative vfio-pci', (t) => {
  t.true(listsVfioUser(`PCI devices:\n${vfio}\n${vfioUser}\n`));
  t.false(listsVfioUser(`PCI devices:\n${vfio}\n`));
});

test.serial('the QEMU that FLASH_QEMU names is used', async (t) => {
  const dir = withCache(t);
  process.env['FLASH_QEMU'] = fakeQemu(join(dir, 'my-qemu'), '11.1.2', vfioUser);

  t.deepEqual(await findNicQemu(), { program: join(dir, 'my-qemu'), version: '11.1.2', hasVfioUser: true });
});

test.serial('a named QEMU that is too old is refused by name, with its version and what is needed', async (t) => {
  const dir = withCache(t);
  const path = fakeQemu(join(dir, 'old-qemu'), '7.2.22', vfio);
  process.env['FLASH_QEMU'] = path;

  const error = await t.throwsAsync(findNicQemu(), { instanceOf: FlashError });

  t.is(error?.kind, 'missingTool');
  t.is(error?.message, `FLASH_QEMU=${path} is QEMU 7.2.22 without vfio-user-pci, which emulated NICs need`);
  t.regex(describeFailure(error), /QEMU 10\.1 or newer/);
  t.like(await inspectNicQemu(), { state: 'missing', found: error?.message });
});

test.serial('a FLASH_QEMU that is no program is refused by name', async (t) => {
  withCache(t, { FLASH_QEMU: '/no/such/qemu' });

  const error = await t.throwsAsync(findNicQemu(), { instanceOf: FlashError });

  t.regex(error?.message ?? '', /FLASH_QEMU=\/no\/such\/qemu is no program that runs/);
  t.is(await probeQemu('no-such-qemu'), undefined);
});

test.serial('a QEMU of the system that is new enough is used, by its path', async (t) => {
  const dir = withCache(t);
  const path = fakeQemu(join(dir, 'bin', 'qemu-system-x86_64'), '11.1.2', vfioUser);
  process.env['PATH'] = `${join(dir, 'bin')}:${process.env['PATH'] ?? ''}`;

  t.is((await findNicQemu())?.program, path);
});

test.serial('an old QEMU of the system is passed over for the fetched one', async (t) => {
  const dir = withCache(t);
  fakeQemu(join(dir, 'bin', 'qemu-system-x86_64'), '7.2.22', vfio);
  process.env['PATH'] = `${join(dir, 'bin')}:${process.env['PATH'] ?? ''}`;
  t.is(await findNicQemu(), undefined);
  t.like(await inspectNicQemu(), { state: 'optional' });

  const fetched = fakeQemu(join(fetchedDir(), 'qemu-system-x86_64'), '11.1.2', vfioUser);
  writeStamp(fetchedDir(), { suite: 'forky', packageVersion: '1:11.1.2+ds-3' });

  t.is((await findNicQemu())?.program, fetched);
});

test.serial(
  'a QEMU in the cache without its stamp, without its program or that does not run is not taken',
  async (t) => {
    withCache(t);
    const program = fakeQemu(join(fetchedDir(), 'qemu-system-x86_64'), '11.1.2', vfioUser);
    t.is(await findFetched(), undefined, 'half unpacked');

    writeStamp(fetchedDir(), { suite: 'forky', packageVersion: '1' });
    t.truthy(await findFetched());
    chmodSync(program, 0o644);
    t.is(await findFetched(), undefined, 'does not run');
    rmSync(program);

    t.is(readStamp(fetchedDir()), undefined);
  },
);

test('the launcher runs what is unpacked beside it with its own loader, wherever it was moved to', async (t) => {
  const dir = temporaryDir(t);
  const libraries = join('root', 'usr', 'lib', 'x86_64-linux-gnu');
  mkdirSync(join(dir, 'staged', libraries), { recursive: true });
  writeFiles(join(dir, 'staged', libraries), { 'ld-linux-x86-64.so.2': '#!/bin/sh\nprintf "%s\\n" "$@"\n' });
  chmodSync(join(dir, 'staged', libraries, 'ld-linux-x86-64.so.2'), 0o755);
  writeLauncher(join(dir, 'staged'));

  renameSync(join(dir, 'staged'), join(dir, 'final'));
  const said = await run(join(dir, 'final', 'qemu-system-x86_64'), ['-m', 'a b']);

  const root = join(dir, 'final', 'root');
  const program = join(dir, 'final', 'qemu-system-x86_64');
  const expected = [
    '--library-path',
    join(dir, 'final', libraries),
    '--argv0',
    program,
    join(root, 'usr', 'bin', 'qemu-system-x86_64'),
    '-m',
    'a b',
  ];
  t.deepEqual(said.trimEnd().split('\n'), expected);
  t.deepEqual(
    readdirSync(join(dir, 'final', libraries, 'qemu-bundle')),
    ['usr'],
    'what QEMU opens is found below its own prefix',
  );
});

test('the archive is that of the release, and not that of its security updates', (t) => {
  const targets =
    'Packages|bookworm-security|http://a/security/\nDEP-11|bookworm|http://a/other/\nPackages|bookworm|http://a/debian/\n';

  t.is(uriOf(targets, 'bookworm'), 'http://a/debian/');
  t.is(uriOf(targets, 'trixie'), undefined);
});

const fedora = 'NAME="Fedora Linux"\nID=fedora\nVERSION_CODENAME=""\nPRETTY_NAME="Fedora Linux 44"\n';
const bookworm = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\n';

for (const { title, release, machine, pattern } of [
  { title: 'distribution', release: fedora, machine: 'x64', pattern: /none can be fetched for Fedora Linux 44/ },
  { title: 'architecture', release: bookworm, machine: 'arm64', pattern: /Debian GNU\/Linux 12 \(bookworm\) on arm64/ },
]) {
  test(`an unknown ${title} is named, and what to do instead`, (t) => {
    const error = t.throws(() => requireDistribution(parseOsRelease(release), machine), { instanceOf: FlashError });

    t.is(error.kind, 'missingTool');
    t.regex(error.message, pattern);
    t.regex(error.details.advice ?? '', /FLASH_QEMU=PATH/);
  });
}

test('Debian and Ubuntu are known, each with a later suite than its own', (t) => {
  t.deepEqual(parseOsRelease(bookworm), {
    id: 'debian',
    codename: 'bookworm',
    title: 'Debian GNU/Linux 12 (bookworm)',
  });
  t.is(requireDistribution(parseOsRelease(bookworm), 'x64').suites[0], 'forky');
  t.is(requireDistribution(parseOsRelease('ID=ubuntu\nVERSION_CODENAME=noble\n'), 'x64').suites[0], 'resolute');
});

test('a suite is taken by the version it has of QEMU', (t) => {
  const policy = (version: string): string => `qemu-system-x86:\n  Installed: (none)\n  Candidate: ${version}\n`;

  t.deepEqual(readCandidate(policy('1:11.1.2+ds-3'), 'Debian forky'), { version: '1:11.1.2+ds-3' });
  t.deepEqual(readCandidate(policy('1:10.0.8+ds-0+deb13u1'), 'Debian trixie'), {
    problem: 'Debian trixie has QEMU 10.0.8, older than 10.1',
  });
  t.deepEqual(readCandidate(policy('(none)'), 'Debian sid'), { problem: 'Debian sid has no qemu-system-x86' });
});

test('what apt prints is read: its first error and what it would download', (t) => {
  t.is(
    firstError("W: something\nE: The repository 'x y Release' does not have a Release file.\nE: more\n"),
    "The repository 'x y Release' does not have a Release file.",
  );
  t.is(sumSizes("'http://a/b.deb' b.deb 100 SHA256:1\n'http://a/c%3a1.deb' c_1%3a1.deb 23 SHA256:2\n"), 123);
});

test.serial(
  'without a network the fetching fails with one message and leaves nothing that is taken for QEMU',
  async (t) => {
    const dir = withCache(t);
    writeFiles(dir, { 'keyring.gpg': '' });
    const archive = {
      title: 'Debian',
      uri: 'http://127.0.0.1:9/debian/',
      components: ['main'],
      keyring: join(dir, 'keyring.gpg'),
      suites: ['forky'],
    };

    const error = await t.throwsAsync(
      fetchQemu(() => undefined, archive),
      { instanceOf: FlashError },
    );

    t.is(error?.kind, 'noNetwork');
    t.regex(
      error?.message ?? '',
      /no QEMU with vfio-user-pci could be fetched: Debian forky: .*(?:Connection refused|Unable to connect)/,
    );
    t.regex(error?.details.advice ?? '', /check the network, or install QEMU 10\.1/);
    t.false(existsSync(fetchedDir()));
  },
);
