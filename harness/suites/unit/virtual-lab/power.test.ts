import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { FlashError } from '../../../errors.js';
import { makeSocketDir } from '../../../host/temporary.js';
import { handsOn, parseForwardedPort } from '../../../virtual-lab/power.js';

type Answer = (command: string, socket: Socket) => unknown;

/** A monitor that notes what it is told. Returns its socket and the notes. */
async function listen(t: ExecutionContext, answer: Answer): Promise<{ path: string; told: string[] }> {
  const dir = makeSocketDir('test');
  const path = join(dir, 'qmp');
  const told: string[] = [];
  const server = createServer((socket) => {
    socket.write('{"QMP": {"version": {}, "capabilities": []}}\n');
    createInterface({ input: socket }).on('line', (line) => {
      const { execute, arguments: args } = JSON.parse(line) as { execute: string; arguments?: unknown };
      told.push(args === undefined ? execute : `${execute} ${JSON.stringify(args)}`);
      const said = answer(execute, socket);
      if (said !== undefined) socket.write(`${JSON.stringify(said)}\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.teardown(() => {
    server.close();
    rmSync(dir, { recursive: true, force: true });
  });
  return { path, told };
}

const done = { return: {} };

test('a power cycle resets the machine and lets it run, also if it had switched itself off', async (t) => {
  const { path, told } = await listen(t, () => done);

  await handsOn(path).powerCycle();

  t.deepEqual(told, ['qmp_capabilities', 'system_reset', 'cont']);
});

test('what happens meanwhile is no answer', async (t) => {
  const { path } = await listen(t, (command, socket) => {
    if (command !== 'query-status') return done;
    socket.write('{"event": "STOP", "timestamp": {}}\n');
    return { return: { status: 'shutdown', running: false } };
  });

  t.false(await handsOn(path).isOn());
});

test('a monitor that refuses, or closes the connection, is an error that says what was wanted', async (t) => {
  const refusing = await listen(t, (command) =>
    command === 'device_del' ? { error: { class: 'GenericError', desc: 'no such card' } } : done,
  );
  const closing = await listen(t, (_command, socket) => void socket.destroy());

  const refused = await t.throwsAsync(handsOn(refusing.path).pullCard(3), { instanceOf: FlashError });
  const closed = await t.throwsAsync(handsOn(closing.path).powerCycle(), { instanceOf: FlashError });

  t.regex(refused?.message ?? '', /device_del: no such card/);
  t.regex(closed?.message ?? '', /closed the connection/);
});

test('a machine that is gone is an error, and not waited for', async (t) => {
  await t.throwsAsync(handsOn('/nowhere/qmp').powerCycle(), { instanceOf: FlashError, message: /ENOENT/ });
});

test('the SSH port is the one that QEMU took', (t) => {
  const usernet = `Hub -1 (management):
  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ
  TCP[HOST_FORWARD]  12       127.0.0.1 35843       10.0.2.15    22     0     0
`;

  t.is(parseForwardedPort(usernet), 35843);
  t.throws(() => parseForwardedPort('none'), { instanceOf: FlashError });
});

test('a card that was pulled is put back where it was', async (t) => {
  const { path, told } = await listen(t, () => done);
  const hands = handsOn(path, [
    { model: 'ixgbe', socketPath: '/run/port0' },
    { model: 'ixgbe', socketPath: '/run/port1' },
  ]);

  await hands.pullCard(1);
  await hands.putCard(1);

  t.deepEqual(
    told.filter((line) => line.startsWith('device')),
    [
      'device_del {"id":"card1"}',
      'device_add {"driver":"vfio-user-pci","id":"card1","bus":"slot1","socket":{"type":"unix","path":"/run/port1"}}',
    ],
  );
});
