import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../../../host/repository.js';
import { withTemporaryDir } from '../../../host/temporary.js';
import { buildNative, nativePaths } from '../../../native/build-native.js';
import { attempt, type RunResult } from '../../../process/run.js';

/**
 *   a user namespace with a network namespace and a /sys of its own
 *
 *   wan === lan: a veth pair; wan is also called `uplink` and `enterprise-uplink0`, longer than a kernel's own name may be
 */
const devices = [
  'mount -t sysfs sysfs /sys && ip link add name wan type veth peer name lan',
  'ip link property add dev wan altname uplink && ip link property add dev wan altname enterprise-uplink0',
].join(' && ');

const unshare = ['--user', '--map-root-user', '--mount', '--net'];
const inNamespace = (command: readonly string[], options = {}): Promise<RunResult> =>
  attempt('unshare', [...unshare, 'sh', '-c', `${devices} && exec "$@"`, 'sh', ...command], options);
const { exitCode: refused, stderr: why } = await inNamespace(['true']);
const withDevices = refused === 0 ? test : test.skip;
const skipped = refused === 0 ? '' : ` # no devices in a user namespace here: ${why.trim()}`;

const altnames = ['uplink', 'enterprise-uplink0'];

for (const altname of altnames) {
  withDevices(`bench takes a NIC by its other name ${altname}${skipped}`, (t) =>
    withTemporaryDir(tmpdir(), async (out) => {
      const { exitCode, stderr } = await inNamespace([
        process.execPath,
        join(repositoryRoot, 'dist', 'harness', 'cli.js'),
        'bench',
        '--here',
        '--vfs-of',
        altname,
        '--out',
        out,
      ]);

      t.is(exitCode, 2, stderr);
      t.regex(stderr, /flash: wan cannot have \d+ virtual functions made: it has no SR-IOV/);
    }),
  );
}

withDevices(`bench says which devices there are when there is no such NIC${skipped}`, (t) =>
  withTemporaryDir(tmpdir(), async (out) => {
    const { exitCode, stderr } = await inNamespace([
      process.execPath,
      join(repositoryRoot, 'dist', 'harness', 'cli.js'),
      'bench',
      '--here',
      '--vfs-of',
      'nic7',
      '--out',
      out,
    ]);

    t.is(exitCode, 2, stderr);
    t.regex(
      stderr,
      /flash: there is no network device "nic7"\n {2}there are lo, lan, wan \(uplink, enterprise-uplink0\)\n/,
    );
  }),
);

/** Each fails on a veth device of one queue, and says which one that was. */
const tools: Readonly<Record<string, (ifname: string) => string[]>> = {
  pump: (ifname) => [nativePaths.pump, 'target', '--ifname', ifname, '--queue', '9'],
  hops: (ifname) => [nativePaths.hops, '--transport', 'flash', '--ifname', ifname],
  nf: (ifname) => [
    nativePaths.networkFunctions,
    '--xdp',
    '/nowhere',
    '--status-dir',
    '/nowhere',
    '--nf',
    `name=one,forward=${ifname}:0`,
  ],
};

test.before('the tools are built', () => buildNative());

for (const [tool, commandOf] of Object.entries(tools)) {
  withDevices(`${tool} says which devices there are when there is no such one${skipped}`, async (t) => {
    const { exitCode, stderr } = await inNamespace(commandOf('nic7'));

    t.not(exitCode, 0);
    t.regex(stderr, new RegExp(`^${tool}: there is no network device "nic7"; there are lo, lan, wan$`, 'm'));
  });

  for (const altname of altnames) {
    withDevices(`${tool} takes a device by its other name ${altname}${skipped}`, async (t) => {
      const { stderr } = await inNamespace(commandOf(altname));

      t.regex(stderr, new RegExp(`^${tool}: .*\\bwan\\b`, 'm'));
    });
  }
}
