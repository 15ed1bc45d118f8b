import test from 'ava';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { FlashError } from '../../../errors.js';
import { attachNics, nicQemuArgs, requireAlive } from '../../../machine/guest/nic-devices.js';
import { machineArgs, type MachineOptions } from '../../../machine/guest/virtme.js';
import { overPort } from '../../../nics/control-port.js';
import { overSocket } from '../../../nics/control-socket.js';
import { controlNics, type NicControl } from '../../../nics/control.js';
import { modelsFor } from '../../../nics/models-for.js';
import { nicCards, nicModels } from '../../../nics/model.js';
import { addCounters } from '../../../nics/counted-frames.js';
import { commandLine, startNics, type Nics, type NicsOptions } from '../../../nics/start-nics.js';
import { run } from '../../../process/run.js';
import { waitUntil } from '../../../process/wait-until.js';
import { modelsOfItsOwn } from '../../bases-suite.js';
import { devicesFor } from '../../devices.js';
import { temporaryDir, writeFiles } from '../support/tiny-repository.js';

/** A control socket that answers every command with one line (or hangs up), and what it was asked. */
async function fakeControl(
  t: ExecutionContext,
  reply: string | undefined,
): Promise<{ control: NicControl; asked: string[] }> {
  const path = join(temporaryDir(t), 'control');
  const asked: string[] = [];
  const server = createServer((socket) =>
    socket.on('data', (data) => {
      asked.push(data.toString());
      if (reply === undefined) return void socket.end();
      // In two pieces: a line is whole when its end is there.
      socket.write(reply.slice(0, 5));
      setTimeout(() => socket.write(`${reply.slice(5)}\n`), 5);
    }),
  );
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.teardown(() => server.close());
  return { control: controlNics(overSocket(path)), asked };
}

const port = {
  port: 0,
  model: 'ixgbe',
  title: 'Intel 82599',
  socket: '/a',
  mac: '02:00:00:00:00:01',
  connected: true,
  link: true,
  wire: null,
} as const;
const wire = {
  wire: 1,
  ends: ['port:0', 'tap:t0'],
  link: true,
  down: false,
  hold: false,
  dropEvery: 0,
  delayUs: 0,
  patienceUs: 20000,
};
const wireCounters = { wire: 1, frames: [1, 2], bytes: [3, 4], dropped: [0, 0], missed: [0, 0], waiting: [0, 0] };
const counters = { port: 0, counters: { tx_frames: 17 }, core: { interrupts: 1 } };

const commands: readonly {
  command: string;
  ask: (control: NicControl) => Promise<unknown>;
  reply: object;
  answer: unknown;
}[] = [
  { command: 'ports', ask: (nics) => nics.ports(), reply: { ports: [port] }, answer: [port] },
  { command: 'counters 0', ask: (nics) => nics.counters(0), reply: counters, answer: counters },
  { command: 'wires', ask: (nics) => nics.wires(), reply: { wires: [wire] }, answer: [wire] },
  { command: 'wire 1 counters', ask: (nics) => nics.wire(1).counters(), reply: wireCounters, answer: wireCounters },
  { command: 'wire 1 down', ask: (nics) => nics.wire(1).down(), reply: { wire }, answer: wire },
  { command: 'wire 1 up', ask: (nics) => nics.wire(1).up(), reply: { wire }, answer: wire },
  { command: 'wire 1 hold', ask: (nics) => nics.wire(1).hold(), reply: { wire }, answer: wire },
  { command: 'wire 1 go', ask: (nics) => nics.wire(1).go(), reply: { wire }, answer: wire },
  { command: 'wire 1 drop 3', ask: (nics) => nics.wire(1).drop(3), reply: { wire }, answer: wire },
  { command: 'wire 1 delay 500', ask: (nics) => nics.wire(1).delay(500), reply: { wire }, answer: wire },
  { command: 'wire 1 patience 0', ask: (nics) => nics.wire(1).patience(0), reply: { wire }, answer: wire },
];

for (const { command, ask, reply, answer } of commands) {
  test(`"${command}" is asked and its answer read`, async (t) => {
    const { control, asked } = await fakeControl(t, JSON.stringify({ ok: true, ...reply }));

    t.deepEqual(await ask(control), answer);
    t.deepEqual(asked, [`${command}\n`]);
  });
}

for (const { title, reply, pattern } of [
  {
    title: 'a refusal',
    reply: '{"ok":false,"error":"there is no wire 7"}',
    pattern: /refused "wire 7 down": there is no wire 7$/,
  },
  {
    title: 'an answer to something else',
    reply: '{"ok":true,"ports":[]}',
    pattern: /answered "wire 7 down" with what is no answer to it: \{"ok":true,"ports"/,
  },
  { title: 'what is no JSON', reply: 'what?', pattern: /answered "wire 7 down" with what is no answer to it: what\?$/ },
  {
    title: 'a closed connection',
    reply: undefined,
    pattern: /did not answer "wire 7 down": they closed the connection$/,
  },
]) {
  test(`${title} is an error that names the command`, async (t) => {
    const { control } = await fakeControl(t, reply);

    const error = await t.throwsAsync(control.wire(7).down(), { instanceOf: FlashError });

    t.is(error?.kind, 'infrastructure');
    t.regex(error?.message ?? '', pattern);
  });
}

test('a control socket that nobody serves is an error that names the command', async (t) => {
  const error = await t.throwsAsync(controlNics(overSocket('/no/such/socket')).ports(), { instanceOf: FlashError });

  t.regex(error?.message ?? '', /did not answer "ports": .*ENOENT/);
});

test('over a port of the guest a line is written and a line read', async (t) => {
  const fifo = join(temporaryDir(t), 'port');
  await run('mkfifo', [fifo]);

  t.is(await overPort(fifo)('counters 0'), 'counters 0', 'a FIFO gives back what it got');
});

const twoPorts: NicsOptions = {
  ports: [{ model: 'ixgbe' }, { model: 'i40e', mac: '02:00:00:00:00:02' }],
  wires: [[0, { port: 1 }]],
};

/** Plays cards with a script in the place of flash-nics. */
async function startFake(t: ExecutionContext, script: string): Promise<Nics> {
  const dir = temporaryDir(t);
  writeFiles(dir, { 'flash-nics': `#!/bin/sh\n${script}\n` });
  chmodSync(join(dir, 'flash-nics'), 0o755);
  const nics = await startNics({ ...twoPorts, program: join(dir, 'flash-nics'), logPath: join(dir, 'nics.log') });
  t.teardown(nics.stop);
  return nics;
}

test('NICs that are ready have sockets of their own and end when they are stopped', async (t) => {
  const nics = await startFake(t, 'echo "$@" >&2; echo ready; exec sleep 60');
  const directory = dirname(nics.controlPath);
  const said = await waitUntil(() => existsSync(nics.logPath) && readFileSync(nics.logPath, 'utf8'), {
    what: 'the log',
    deadlineMs: 5000,
  });

  t.is(
    said,
    `--control ${directory}/control --port ixgbe:${directory}/port0 --port i40e:${directory}/port1:02:00:00:00:00:02 --wire 0-1\n`,
  );
  t.is(nics.failure(), undefined);
  t.notThrows(() => requireAlive(nics));
  await nics.stop();
  t.is(nics.failure(), undefined, 'they were told to');
  t.false(existsSync(directory));
});

test('NICs that do not start say in one line why', async (t) => {
  const error = await t.throwsAsync(
    startFake(t, 'echo "flash-nics: /tmp/a.sock: in use by another process" >&2; exit 1'),
    { instanceOf: FlashError },
  );

  t.is(error?.kind, 'infrastructure');
  t.is(
    error?.message,
    'the emulated NICs did not start (exit code 1): flash-nics: /tmp/a.sock: in use by another process',
  );
});

test('NICs that die are noticed, with the end of their log', async (t) => {
  const nics = await startFake(t, 'echo ready; echo "flash-nics: port 0: broken" >&2; kill -SEGV $$');

  const failure = await waitUntil(nics.failure, { what: 'the death', deadlineMs: 5000 });

  t.is(failure.message, 'the emulated NICs ended while they were in use (signal SIGSEGV)');
  t.is(failure.details.logTail, 'flash-nics: port 0: broken');
  t.is(failure.details.logPath, nics.logPath);
  t.throws(() => requireAlive(nics), { message: failure.message });
});

test('every kind of far end of a wire has its option', (t) => {
  const wires: NicsOptions['wires'] = [
    [0, { port: 1 }],
    [0, { tap: 'tap0' }],
    [1, { connect: '/c' }],
    [1, { listen: '/l' }],
  ];

  t.deepEqual(commandLine({ ports: [], wires }, '/control', []).slice(2), [
    '--wire',
    '0-1',
    '--wire',
    '0-tap:tap0',
    '--wire',
    '1-unix:/c',
    '--wire',
    '1-listen:/l',
  ]);
});

test('a guest gets a slot for each card, memory they can map, and the control socket', (t) => {
  const ports = [
    { model: 'ixgbe', socketPath: "/tmp/it's/port0" },
    { model: 'i40e', socketPath: '/tmp/port1' },
  ] as const;

  const args = nicQemuArgs({ ports, controlPath: '/tmp/control' }, 1024);

  t.is(args[0], '-object memory-backend-memfd,id=nic-memory,size=1024M,share=on -machine memory-backend=nic-memory');
  t.is(
    args[2],
    `-device pcie-root-port,id=nic-slot1,chassis=2 -device '{"driver":"vfio-user-pci","bus":"nic-slot1","socket":{"type":"unix","path":"/tmp/port1"}}'`,
  );
  t.true(args[1]?.includes(`/tmp/it'\\''s/port0`), 'quoted for the shell of vng');
  t.true(args[3]?.includes(`-chardev socket,id=nic-control,path=/tmp/control`));
  t.true(args[4]?.includes('name=org.flash.nics'));
});

test("another QEMU than the system's is named to vng, and only then", (t) => {
  const machine = { image: '/bzImage', cpus: 1, memoryMb: 512, accel: 'tcg', sharedDir: '/run' } as const;

  t.false(machineArgs(machine).some((arg) => arg.startsWith('--qemu')));
  t.true(machineArgs({ ...machine, qemu: '/my cache/qemu' }).includes("--qemu='/my cache/qemu'"));
});

test('a pair that QEMU plays has a hub for its wire, and no process beside QEMU', (t) => {
  const machine: MachineOptions = {
    ...{ image: '/bzImage', cpus: 1, memoryMb: 512, sharedDir: '/run', qemu: '/qemu' },
    accel: 'tcg',
    extraQemuArgs: ['-icount shift=0'],
  };

  const { qemu, extraQemuArgs } = attachNics(machine, { pairOf: 'igb', ports: [], failure: () => undefined });

  t.is(qemu, '/qemu');
  t.deepEqual(extraQemuArgs, [
    '-device pcie-root-port,id=nic-slot0,chassis=1 -netdev hubport,hubid=0,id=nic-wire0 -device igb,bus=nic-slot0,netdev=nic-wire0',
    '-device pcie-root-port,id=nic-slot1,chassis=2 -netdev hubport,hubid=0,id=nic-wire1 -device igb,bus=nic-slot1,netdev=nic-wire1',
    '-icount shift=0',
  ]);
});

test('where the queues of a pair are those of tap devices, QEMU is run where these are', async (t) => {
  const dir = temporaryDir(t);
  const qemu = join(dir, "it's QEMU");
  writeFileSync(qemu, '#!/bin/sh\nip -br link\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
  const machine: MachineOptions = { image: '/bzImage', cpus: 1, memoryMb: 512, accel: 'tcg', sharedDir: dir, qemu };

  const attached = attachNics(machine, { pairOf: 'virtio_net', ports: [], failure: () => undefined });
  const said = await run(attached.qemu ?? '', ['-a', "b c'd"]);

  t.regex(attached.extraQemuArgs?.[1] ?? '', /-netdev tap,ifname=flash1,queues=9,/);
  for (const tap of ['flash0', 'flash1']) t.regex(said, new RegExp(`^${tap} `, 'm'));
  t.true(said.endsWith("\n-a\nb c'd\n"), said);
  t.false((await run('ip', ['-br', 'link'])).includes('flash0'), 'nothing of it is left here');
});

test('a card is offered on the bases whose driver has a zero-copy mode, and another one is refused', (t) => {
  t.deepEqual(modelsFor('6.12'), ['ixgbe', 'i40e', 'ice', 'mlx5']);
  t.deepEqual(modelsFor('7.3'), nicModels);
  t.deepEqual(modelsFor('7.3', ['virtio_net', 'ixgbe']), ['ixgbe', 'virtio_net']);
  const error = t.throws(() => modelsFor('6.12', ['igb', 'ixgbe']), { instanceOf: FlashError });
  t.is(error.kind, 'usage');
  t.regex(error.message, /^igb: .*6\.12/);
  t.is(error.details.advice, 'take --base 7.3');
});

test('another base is tried on the cards for whose drivers it has other patches', (t) => {
  t.deepEqual(modelsOfItsOwn('6.12', '7.3'), ['ice', 'mlx5']);
  t.deepEqual(modelsOfItsOwn('7.3', '6.12'), ['ice', 'mlx5', 'igb', 'virtio_net']);
});

test('chaos runs on veth and on the cards of the base, and on another card not at all', (t) => {
  t.deepEqual(devicesFor('6.12'), ['veth', 'ixgbe', 'i40e', 'ice', 'mlx5']);
  t.deepEqual(devicesFor('6.12', 'veth'), ['veth']);
  t.deepEqual(devicesFor('7.3', 'igb'), ['igb']);
  t.throws(() => devicesFor('6.12', 'igb'), { message: /no zero-copy mode on Linux 6\.12/ });
});

test('the counters of a card that tell what was sent are summed up, and all have to be there', (t) => {
  const statistics =
    'NIC statistics:\n     tx0_xdp_tx: 3\n     tx1_xdp_tx: 4\n     tx0_xdp_tx_drops: 9\n     rx0_packets: 5\n';
  const { sentCounters } = nicCards.virtio_net;

  t.is(addCounters(statistics, 'virtio_net', sentCounters.slice(0, 2)), 7);
  t.throws(() => addCounters(statistics, 'virtio_net', sentCounters), { message: /virtio_net counts no tx2_xdp_tx, / });
  t.throws(() => addCounters(statistics, 'igb', nicCards.igb.sentCounters), { message: /igb counts no/ });
});
