import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { inheritedListener } from '../../../../nf/monitor/activation.js';
import { commandMonitor } from '../../../../nf/monitor/client.js';
import { writeUnits } from '../../../../nf/monitor/units.js';
import { monitorCommand } from '../../../demo/monitored/start-monitor.js';
import { makeSocketDir } from '../../../host/temporary.js';
import { follow } from '../../../process/follow.js';
import { start } from '../../../process/run.js';
import { waitUntil } from '../../../process/wait-until.js';

/** As systemd starts a service for its socket, which it opens itself: the path, the type, and the program. */
const asSystemd = `
import os, socket, sys
path, kind, *program = sys.argv[1:]
listener = socket.socket(socket.AF_UNIX, getattr(socket, kind))
listener.bind(path)
listener.listen()
os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1')
os.execvp(program[0], program)
`;

async function withStarted(kind: string, work: (socket: string, monitor: ReturnType<typeof follow>) => Promise<void>) {
  const dir = makeSocketDir('activation');
  try {
    const socket = join(dir, 'monitor.sock');
    const program = [process.execPath, ...monitorCommand, 'serve', '--state', join(dir, 'state.json')];
    await using monitor = follow(start('python3', ['-c', asSystemd, socket, kind, ...program]), 'the monitor');
    await work(socket, monitor);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test('a monitor that systemd starts listens where systemd does, and leaves the socket there', async (t) => {
  await withStarted('SOCK_SEQPACKET', async (socket, monitor) => {
    await waitUntil(() => monitor.stderr().includes('listening'), {
      what: 'the monitor to listen',
      deadlineMs: 60_000,
    });

    t.like(await commandMonitor(socket, { command: 'status' }), { functions: {} });
    await monitor.stop();
    t.true(existsSync(socket));
  });
});

test('a monitor that systemd starts with another kind of socket says what its unit needs', async (t) => {
  await withStarted('SOCK_STREAM', async (_socket, monitor) => {
    const { exitCode, stderr } = await monitor.end;
    t.not(exitCode, 0);
    t.regex(stderr, /ListenSequentialPacket=/);
  });
});

test('what systemd gave another process is not for the monitor', (t) => {
  t.is(inheritedListener({}), undefined);
  t.is(inheritedListener({ LISTEN_FDS: '1', LISTEN_PID: '1' }), undefined);
});

test('the units that are written are of this checkout, and keep what the next monitor needs', (t) => {
  const dir = makeSocketDir('units');
  t.teardown(() => rmSync(dir, { recursive: true }));

  const texts = writeUnits(dir, '/run/flash').map((path) => readFileSync(path, 'utf8'));

  t.true(texts.some((text) => text.includes('ListenSequentialPacket=/run/flash/monitor.sock\n')));
  const service = texts.find((text) => text.includes('[Service]')) ?? '';
  t.true(existsSync(/^ExecStart=\S+ (\S+)/m.exec(service)?.[1] ?? ''));
  t.regex(service, /^RuntimeDirectoryPreserve=yes$/m);
});
