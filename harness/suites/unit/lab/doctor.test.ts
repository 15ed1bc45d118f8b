import test from 'ava';
import { judgeLook } from '../../../lab/doctor/findings.js';
import { lookScript, parseLook } from '../../../lab/doctor/look.js';
import type { LabMachine } from '../../../lab/inventory/inventory.js';
import { attempt } from '../../../process/run.js';

const machine: LabMachine = {
  name: 'dut',
  ssh: 'dut',
  sshOptions: [],
  may: ['change-ports'],
  ports: { p0: '0000:01:00.0', p1: '0000:02:00.0', p2: 'enp3s0' },
};

const said = `== user
0
== kernel
6.1.0-44-amd64
== system
Debian GNU/Linux 12
== flash
== room
5000
40
5000
== tools
ethtool
== held
test of somebody@desk, since 2026-01-01T00:00:00.000Z
== hugepages
0
== port p0
name: enp1s0
driver: ice
firmware-version: 4.40
carrier: 1
up: 1
== port p1
pci: yes
== port p2
name: enp3s0
driver: igc
carrier: 0
up: 1
`;

test('doctor names what blocks a run, and what to do', (t) => {
  const blocking = judgeLook(machine, parseLook(said))
    .filter(({ state }) => state === 'missing')
    .map(({ what, found, advice }) => `${what}: ${found}: ${advice}`);

  t.deepEqual(blocking, [
    'kernel: 6.1.0-44-amd64, without FLASH: `npm run lab -- install dut` boots one that has it',
    'in use: by test of somebody@desk, since 2026-01-01T00:00:00.000Z: wait for that run to end',
    'tools: without ethtool: install them there',
    'room: / 5000 MiB, /boot 40 MiB, /var/lib 5000 MiB: a kernel and the harness need 150 MiB in /boot',
    'port p1: 0000:01:00.0 has no network driver: bind one, or see dmesg'.replace('0000:01', '0000:02'),
    'port p2: enp3s0, igc, NO LINK,  queues: look for the cable and the other end',
  ]);
});

test('the script of doctor is one that a shell takes, and answers every question', async (t) => {
  const { stdout, exitCode, stderr } = await attempt('sh', ['-c', lookScript(machine)]);

  t.is(exitCode, 0, stderr);
  t.true(parseLook(stdout).has('port p2'));
  t.is(parseLook(stdout).get('kernel'), (await attempt('uname', ['-r'])).stdout.trim());
});
