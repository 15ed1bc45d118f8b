import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { readRoute } from '../../flash/registry.js';
import { repositoryRoot } from '../../host/repository.js';
import { attempt } from '../../process/run.js';
import { waitUntil } from '../../process/wait-until.js';
import { runFlashAfter, startFlash } from './support/flash-command.js';
import { flashId, openPair } from './support/routed-pair.js';
import { exchange } from './support/test-packets.js';
import { mountTracing } from './support/traced.js';

/*
 * The commands as a user runs them, and what they say where something is missing. Each takes seconds to load on an
 * emulated processor.
 */

const deadlineMs = 120_000;

interface TopLook {
  readonly seconds: number;
  readonly hops: readonly {
    readonly source: { readonly id: number };
    readonly target: { readonly id: number };
    readonly packetsPerSecond: number;
    readonly batch?: number;
  }[];
}

test.serial('top shows a hop with its rate and the size of its batches', async (t) => {
  await mountTracing();
  await using pair = await openPair({ sharedUmem: true });
  const [source, target] = [flashId(pair.source), flashId(pair.target)];
  await using top = startFlash('top', '--json', '--interval', '0.3', '--count', '3');

  const ending = await waitUntil(
    () => {
      exchange(pair, 1);
      return top.ending();
    },
    { what: 'three looks', deadlineMs, intervalMs: 1, lastState: () => top.stdout() + top.stderr() },
  );

  t.is(ending, 'exit code 0', top.stderr());
  t.is(top.stderr(), '');
  const looks = top
    .stdout()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as TopLook);
  t.is(looks.length, 3);
  const hops = looks.flatMap(({ hops: all }) => all.filter((hop) => hop.source.id === source));
  t.deepEqual(
    hops.map((hop) => hop.target.id),
    [target, target, target],
  );
  t.true(hops.every(({ packetsPerSecond }) => packetsPerSecond > 0));
  t.true(hops.some(({ batch }) => batch === 16));
});

/** As on a machine where nobody has mounted it. */
const withoutTracefs = 'umount -a -t tracefs\numount -a -t debugfs';

test.serial('top does without the size of batches where there is no tracefs, and says so', async (t) => {
  await using pair = await openPair({ sharedUmem: true });

  const { exitCode, stdout, stderr } = await runFlashAfter(withoutTracefs, [
    ...['top', '--interval', '0.1', '--count', '2'],
  ]);

  t.is(exitCode, 0, stderr);
  t.regex(
    stderr,
    /^flash: without the size of batches: tracefs is not mounted at .*\n {2}as root: mount .*; --no-batches/,
  );
  const hop = new RegExp(`^${flashId(pair.source)} .* -> ${flashId(pair.target)} .* source: nothing to send$`, 'gm');
  t.is(stdout.match(hop)?.length, 2, stdout);
});

test.serial('a route where sysfs is read-only says what to do', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  const source = flashId(pair.source);

  const { exitCode, stderr } = await runFlashAfter('mount -o remount,bind,ro /sys', ['route', 'clear', String(source)]);

  t.is(exitCode, 13, stderr);
  t.regex(stderr, /^flash: clearing the route of .*: EROFS\n {2}sysfs is mounted read-only here/);
  t.deepEqual(readRoute(source), [flashId(pair.target)]);
});

test.serial('a copy of what is compiled runs where there is no compiler', async (t) => {
  await using pair = await openPair({ sharedUmem: true });
  const place = mkdtempSync(join(tmpdir(), 'flash-copy-'));
  t.teardown(() => rmSync(place, { recursive: true, force: true }));
  // But for source maps and tests, which take an emulated processor minutes.
  const filter = (name: string): boolean => !name.endsWith('.map') && !name.endsWith('/suites');
  for (const name of ['dist', 'package.json'])
    cpSync(join(repositoryRoot, name), join(place, name), { recursive: true, filter });
  // A copy of what npm has installed would be the same, and takes long.
  symlinkSync(join(repositoryRoot, 'node_modules'), join(place, 'node_modules'));
  const bin = join(place, 'bin');
  mkdirSync(bin);
  for (const name of ['bash', 'ip', 'nsenter']) symlinkSync(pathOf(name), join(bin, name));

  const { exitCode, stdout, stderr } = await attempt(
    process.execPath,
    [join(place, 'dist', 'bundles', 'flash.js'), 'ls', '--json', '--interval', '0.1'],
    { cwd: place, env: { PATH: bin } },
  );

  t.is(exitCode, 0, stderr);
  const { sockets } = JSON.parse(stdout) as { sockets: readonly { id: number; ifname: string }[] };
  t.like(
    sockets.find(({ id }) => id === flashId(pair.source)),
    { ifname: 'a', rings: { tx: { size: 64 } } } as object,
  );
  t.false(existsSync(join(place, 'out')), 'nothing is built');
});

function pathOf(program: string): string {
  const dirs = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  return dirs.map((dir) => join(dir, program)).find((path) => existsSync(path)) ?? program;
}
