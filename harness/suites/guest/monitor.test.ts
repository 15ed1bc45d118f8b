import { chmodSync, copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { startFunction, type NetworkFunction } from '../../demo/monitored/start-function.js';
import { monitorCommand, startMonitor } from '../../demo/monitored/start-monitor.js';
import { inNetns } from '../../ffi/netns.js';
import { openPacketSocket, type PacketSocket } from '../../ffi/packet-socket.js';
import { hasFlash } from '../../flash/registry.js';
import { attemptIn } from '../../host/netns.js';
import { makeSocketDir } from '../../host/temporary.js';
import { nativePaths } from '../../native/build-native.js';
import { waitUntil } from '../../process/wait-until.js';
import { fragmentBytes } from './support/test-packets.js';
import { makeVeth } from './support/veth.js';

const etherType = 0x88b5;
const nobody = '65534';
const count = 20;
const deadlineMs = 60_000;

const oneFunction = `chain: web
functions:
  only: { device: a, queue: 0, user: ${nobody}, input: true }
`;
const twoFunctions = `chain: web
functions:
  first: { device: a, queue: 0, user: ${nobody}, input: true, to: [second] }
  second: { device: a, queue: 1, user: ${nobody} }
`;

/** As a user who may do nothing. */
const l2fwd = (netns: string, dir: string, name: string, ...more: string[]) =>
  startFunction(netns, 'setpriv', [
    ...['--reuid', nobody, '--regid', nobody, '--clear-groups', join(dir, 'l2fwd')],
    ...['--chain', 'web', '--function', name, '--monitor', join(dir, 'monitor.sock'), ...more],
  ]);

async function sendAndReceive(wire: PacketSocket, first: number): Promise<number> {
  let received = 0;
  for (let number = first; number < first + count; number++) wire.send(fragmentBytes(number, 0, 64));
  await waitUntil(
    () => {
      const frame = wire.receive();
      if (frame?.readUInt32BE(14) === first + received) received++;
      return received === count;
    },
    { what: 'packets to come back', deadlineMs: 20_000, intervalMs: 1, lastState: () => received },
  );
  return received;
}

const chains = [
  { what: 'a function', file: oneFunction, names: ['only'], needsFlash: false },
  { what: 'a chain of two functions', file: twoFunctions, names: ['first', 'second'], needsFlash: true },
].filter(({ needsFlash }) => !needsFlash || hasFlash());

for (const { what, file, names } of chains) {
  test.serial(`${what} without privilege forwards packets, survives the monitor, and may come back`, async (t) => {
    t.timeout(5 * deadlineMs);
    const dir = makeSocketDir('monitor');
    t.teardown(() => rmSync(dir, { recursive: true }));
    chmodSync(dir, 0o755);
    // What a program sends on b comes on queue 0 of a: b has no other.
    await using veth = await makeVeth(2, 1);
    using wire = inNetns(veth.netns, () => openPacketSocket(veth.b, etherType));
    // The checkout may be in a folder that is not for all users.
    copyFileSync(nativePaths.l2fwd, join(dir, 'l2fwd'));
    const socket = join(dir, 'monitor.sock');
    const start = () => startMonitor({ netns: veth.netns, socket, state: join(dir, 'state.json') });
    const apply = () =>
      attemptIn(veth.netns, process.execPath, [...monitorCommand, 'apply', join(dir, 'web.yaml'), '--socket', socket]);
    await using monitor = await start();
    writeFileSync(join(dir, 'web.yaml'), file);
    const applied = await apply();
    t.is(applied.exitCode, 0, applied.stderr);

    const functions: NetworkFunction[] = [];
    await using _functions = {
      async [Symbol.asyncDispose]() {
        for (const fn of functions) await fn.kill();
      },
    };
    const startAll = async (log: () => string): Promise<void> => {
      for (const name of names.toReversed()) {
        const fn = await l2fwd(veth.netns, dir, name, ...(name === names[0] ? ['--swap-macs'] : []));
        if ('refused' in fn) throw new Error(fn.refused);
        functions.push(fn);
        await waitUntil(() => log().includes(`${name} is process ${fn.pid}\n`), {
          what: `${name} to be connected`,
          deadlineMs,
          lastState: log,
        });
      }
    };
    await startAll(monitor.stderr);
    t.is(await sendAndReceive(wire, 0), count);
    t.like(await l2fwd(veth.netns, dir, names[0] ?? ''), {
      refused: `l2fwd: Device or resource busy: ${names[0]} is there already`,
    });

    await monitor.stop();
    t.is(await sendAndReceive(wire, count), count, 'the chain goes on without a monitor');
    await using again = await start();
    await waitUntil(() => names.every((name) => again.stderr().includes(`${name} is process`)), {
      what: 'the functions to be found again',
      deadlineMs,
      lastState: () => again.stderr(),
    });
    t.regex(again.stderr(), /, as before/);
    t.is(await sendAndReceive(wire, 2 * count), count);

    for (const fn of functions) await fn.kill();
    await waitUntil(() => names.every((name) => again.stderr().includes(`${name} has gone`)), {
      what: 'the monitor to notice',
      deadlineMs,
    });
    await startAll(again.stderr);
    t.is(await sendAndReceive(wire, 3 * count), count);

    writeFileSync(join(dir, 'web.yaml'), 'chain: web\nfunctions: {}\n');
    t.is((await apply()).exitCode, 0);
    const reports = [];
    for (const fn of functions.slice(names.length)) reports.push(await fn.ended());
    t.true(
      reports.every(({ received, sent, held }) => received === count && sent === count && held === 0),
      JSON.stringify(reports),
    );
  });
}
