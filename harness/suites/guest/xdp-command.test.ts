import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { queryXdp } from '../../ffi/bpf-link.js';
import { libbpf } from '../../ffi/libbpf.js';
import { openMap, u32Key } from '../../ffi/bpf-map.js';
import { openInetSocket } from '../../ffi/inet-socket.js';
import { inNetns } from '../../ffi/netns.js';
import { indexOf } from '../../ffi/xdp-program.js';
import { attempt } from '../../process/run.js';
import { waitUntil } from '../../process/wait-until.js';
import { attachXdp } from '../../xdp/attach.js';
import type { Attachment } from '../../xdp/attachment.js';
import { programNamed } from '../../xdp/catalogue.js';
import { addBroadcast, setVerdict, useProcessors } from '../../xdp/delivery.js';
import { openDnat } from '../../xdp/dnat.js';
import { pin, unpin } from '../../xdp/pins.js';
import { loadAlone } from './support/test-run.js';
import { makeVeth } from './support/veth.js';
import { openFlows, openHidden } from './support/xdp-client.js';
import { attachByCommand, mountBpffs, runXdp, xdpCommand, xdpSays } from './support/xdp-command.js';
import { borrowXdpWires } from './support/xdp-testbed.js';
import { addresses, type XdpWires } from './support/xdp-wires.js';

const name = `test-${process.pid}`;
const onEntrance = ({ middle }: XdpWires): string[] => ['--device', 'n0', '--netns', middle];
const within = { deadlineMs: 20_000, intervalMs: 1 };

interface Counters {
  readonly firewall: {
    readonly sources: readonly { readonly address: string; readonly passed: number; readonly dropped: number }[];
  };
  readonly dnat?: { readonly unmatched: number };
}

interface Attached {
  readonly devices: readonly unknown[];
  readonly programs: readonly { readonly name: string; readonly sockets?: { readonly path: string } }[];
  readonly pinned: string;
}

const counters = async (): Promise<Counters> => JSON.parse(await xdpSays('counters', name)) as Counters;

test.serial(
  'what is blocked from the start does not get past the firewall while the command attaches it',
  async (t) => {
    await mountBpffs();
    const wires = await borrowXdpWires();
    using client = openInetSocket({ netns: wires.client, version: 4, type: 'udp' });
    // Not more: an emulated processor would do nothing else.
    const timer = setInterval(() => client.sendTo(Buffer.from('flood'), addresses.middle[4], 7300), 2);
    using _flood = { [Symbol.dispose]: () => clearInterval(timer) };

    const told = ['--pin', name, '--block', addresses.client[4], '--json'];
    const said = await xdpSays('attach', 'firewall', 'dnat', 'queue', ...onEntrance(wires), ...told);
    t.teardown(() => runXdp('detach', name));
    const { firewall, dnat } = await counters();

    const source = firewall.sources.find(({ address }) => address === addresses.client[4]);
    t.true((source?.dropped ?? 0) > 0);
    t.is(source?.passed, 0);
    t.is(typeof dnat?.unmatched, 'number', 'DNAT is counted beside the firewall');
    const { devices, programs, pinned: dir } = JSON.parse(said) as Attached;
    t.deepEqual(devices, [{ ifname: 'n0', mode: 'native' }]);
    t.deepEqual(
      programs.map((program) => program.name),
      ['firewall', 'dnat', 'queue'],
    );
    t.is(programs[2]?.sockets?.path, join(dir, 'map-xsks'));
    t.true(existsSync(join(dir, 'map-xsks')));
  },
);

const ways: Readonly<Record<string, readonly string[]>> = {
  'redirect-if': ['--to', 'n1'],
  redirect: ['--to', 'n0:n1'],
  broadcast: ['--to', 'n0', '--to', 'n1'],
  cpumap: ['--processors', '0', '--to', 'n1'],
};

for (const [program, told] of Object.entries(ways)) {
  test.serial(`a command has ${program} send packets out of the device that it names`, async (t) => {
    const wires = await borrowXdpWires();
    await using attached = await attachByCommand(program, ...onEntrance(wires), ...told);
    using server = openHidden(wires);
    using flows = openFlows(wires, 1);

    flows.send(program);
    const came = await waitUntil(server.receive, { what: 'the datagram', ...within });

    t.is(came.bytes.toString(), program);
    await attached.stop();
  });
}

test.serial('a command that lacks what its program needs leaves the device alone', async (t) => {
  const wires = await borrowXdpWires();

  const { exitCode, stderr } = await runXdp('attach', 'verdict', ...onEntrance(wires));

  t.is(exitCode, 2);
  t.regex(stderr, /add --verdict/);
  t.is(
    inNetns(wires.middle, () => queryXdp(indexOf('n0'))),
    undefined,
  );
});

/** Pins programs, without the seconds that a command takes to start in a guest. */
function pinned(t: ExecutionContext, netns: string, ifname: string, programs: readonly string[]): Attachment {
  const attachment = attachXdp({ devices: [{ netns, ifname }], programs: programs.map(programNamed) });
  t.teardown(() => attachment[Symbol.dispose]());
  pin(name, attachment);
  t.teardown(() => unpin(name));
  return attachment;
}

test.serial('programs that are pinned are told something else', async (t) => {
  await mountBpffs();
  const wires = await borrowXdpWires();
  const attachment = pinned(t, wires.middle, 'n0', ['verdict', 'broadcast']);
  setVerdict(attachment, 'drop');
  inNetns(wires.middle, () => addBroadcast(attachment, indexOf('n2')));
  using server = openHidden(wires);
  using flows = openFlows(wires, 1);

  flows.send('dropped');
  await xdpSays('set', name, '--verdict', 'pass', '--to', 'n1', '--netns', wires.middle);
  flows.send('to n1');
  const came = await waitUntil(server.receive, { what: 'the datagram', ...within });

  t.is(came.bytes.toString(), 'to n1');
  t.is(server.receive(), undefined);
  const targets = openMap({ fd: attachment.mapFd('broadcast_devs'), keyBytes: 4, valueBytes: 8 }).entries();
  t.deepEqual(
    targets.map(([, device]) => device.readUInt32LE(0)),
    [indexOf('n1', wires.middle)],
  );
  t.regex((await runXdp('set', name, '--replicas', '0')).stderr, /can be told none of that/);
});

test.serial('services of a DNAT that is pinned are added, listed and removed', async (t) => {
  await mountBpffs();
  await using veth = await makeVeth(1);
  pinned(t, veth.netns, veth.a, ['dnat']);
  const [one, two] = ['tcp:192.0.2.80:80=10.0.0.2:8080', 'udp:192.0.2.80:53=10.0.0.3:53,02:00:00:00:00:01'];

  await xdpSays('service', 'add', name, one, two);
  t.is(await xdpSays('service', 'list', name), `${one}\n${two}\n`);
  const left = await xdpSays('service', 'remove', name, 'tcp:192.0.2.80:80', '--json');
  const again = await runXdp('service', 'remove', name, 'tcp:192.0.2.80:80');

  t.is(again.exitCode, 2);
  t.regex(again.stderr, /there is no service tcp:192\.0\.2\.80:80[\s\S]*udp:192/);
  t.deepEqual(JSON.parse(left), {
    services: [
      {
        protocol: 'udp',
        service: { address: '192.0.2.80', port: 53 },
        backend: { address: '10.0.0.3', port: 53, mac: '02:00:00:00:00:01' },
      },
    ],
  });
});

test.serial('an address that was not blocked cannot be unblocked, and what is blocked is told', async (t) => {
  await mountBpffs();
  await using veth = await makeVeth(1);
  pinned(t, veth.netns, veth.a, ['firewall']);

  const blocked = JSON.parse(await xdpSays('block', name, '192.0.2.0/24', '--json')) as unknown;
  const { exitCode, stderr } = await runXdp('unblock', name, '192.0.2.1');

  t.deepEqual(blocked, { block: ['192.0.2.0/24'], blocked: ['192.0.2.0/24'] });
  t.is(exitCode, 2);
  t.regex(stderr, /192\.0\.2\.1 was not blocked[\s\S]*192\.0\.2\.0\/24/);
});

test.serial('who may not look is told what it takes', async (t) => {
  const unprivileged = ['--bounding-set=-all', '--inh-caps=-all', process.execPath, ...xdpCommand('list')];

  const { exitCode, stderr } = await attempt('setpriv', unprivileged);

  t.is(exitCode, 13);
  t.regex(stderr, /EPERM[\s\S]*run this as root/);
});

test.serial('a map that is full says how many entries it takes', (t) => {
  using program = loadAlone(programNamed('dnat'));
  const dnat = openDnat(program.mapFd);
  const add = (port: number): void =>
    dnat.add({ protocol: 'tcp', service: { address: '192.0.2.1', port }, backend: { address: '10.0.0.1', port } });

  for (let port = 1; port <= 1024; port++) add(port);

  t.throws(() => add(1025), { message: 'the map dnat_services is full: it takes 1024 entries' });
  t.notThrows(() => add(1024), 'one that is there gets another backend');
});

test.serial('a processor that is given without a device leads to the stack, whatever it had before', async (t) => {
  const wires = await borrowXdpWires();
  using attachment = attachXdp({
    devices: [{ netns: wires.middle, ifname: 'n0' }],
    programs: [programNamed('cpumap')],
  });
  const device = (): number | undefined => {
    const value = Buffer.alloc(4);
    const result = libbpf.lookUpBytes(attachment.mapFd('cpumap_devs'), u32Key(0), value) as number;
    return result === 0 ? value.readUInt32LE() : undefined;
  };

  inNetns(wires.middle, () => useProcessors(attachment, [{ cpu: 0, ifindex: indexOf('n1') }]));
  t.is(device(), indexOf('n1', wires.middle));
  useProcessors(attachment, [{ cpu: 0 }]);

  t.is(device(), undefined);
});
