import { chmodSync, copyFileSync, mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { commandMonitor } from '../../../nf/monitor/client.js';
import { startFunction } from '../../demo/monitored/start-function.js';
import { startMonitor } from '../../demo/monitored/start-monitor.js';
import { makeSocketDir } from '../../host/temporary.js';
import { nativePaths } from '../../native/build-native.js';
import { run } from '../../process/run.js';
import { makeVeth } from './support/veth.js';

const [nobody, group, otherGroup] = ['65534', '4711', '4712'];

/** What l2fwd says as a function that no machine has room for: that comes after the question who it is. */
const isKnown = /: there is no device nowhere|No such device|nowhere/;

test.serial('a program is known by its groups and its cgroup, as they are in truth', async (t) => {
  const dir = makeSocketDir('who');
  t.teardown(() => rmSync(dir, { recursive: true }));
  chmodSync(dir, 0o755);
  copyFileSync(nativePaths.l2fwd, join(dir, 'l2fwd'));
  const hierarchy = join(dir, 'cgroup');
  mkdirSync(hierarchy);
  await run('mount', ['-t', 'cgroup2', 'none', hierarchy]);
  t.teardown(() => run('umount', [hierarchy]));
  const cgroup = `/flash-${process.pid}`;
  mkdirSync(join(hierarchy, cgroup));
  t.teardown(() => rmdirSync(join(hierarchy, cgroup)));
  await using veth = await makeVeth(1, 1);
  const socket = join(dir, 'monitor.sock');
  await using _monitor = await startMonitor({ netns: veth.netns, socket, state: join(dir, 'state.json') });
  const text = `chain: web
functions:
  of-group: { device: nowhere, queue: 0, group: ${group} }
  of-cgroup: { device: nowhere, queue: 1, user: ${nobody}, cgroup: ${cgroup} }
  of-unit: { device: nowhere, queue: 2, unit: web.service }
`;
  await commandMonitor(socket, { command: 'apply', file: 'web.yaml', text });
  const joinAs = async (name: string, groups: string, within: string): Promise<string> => {
    const program = [join(dir, 'l2fwd'), '--chain', 'web', '--function', name, '--monitor', socket];
    const as = ['setpriv', '--reuid', nobody, '--regid', nobody, '--groups', groups, ...program];
    const script = 'echo $$ >"$1"; shift; exec "$@"';
    const started = await startFunction(veth.netns, 'sh', [
      '-c',
      script,
      'sh',
      join(hierarchy, within, 'cgroup.procs'),
      ...as,
    ]);
    if ('refused' in started) return started.refused;
    await started.kill();
    return 'joined';
  };

  t.regex(await joinAs('of-group', otherGroup, '/'), /of-group is of another group/);
  t.regex(await joinAs('of-group', `${otherGroup},${group}`, '/'), isKnown);
  t.regex(await joinAs('of-cgroup', group, '/'), /of-cgroup is of \/flash-\d+, not of /);
  t.regex(await joinAs('of-cgroup', group, cgroup), isKnown);
  t.regex(await joinAs('of-unit', group, cgroup), /of-unit is of web\.service, not of \/flash-/);
});
