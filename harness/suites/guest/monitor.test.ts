import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { commandMonitor } from '../../../nf/monitor/client.js';
import { l2fwds, type Example } from '../../demo/monitored/examples.js';
import { startFunction, type NetworkFunction } from '../../demo/monitored/start-function.js';
import { startMonitor } from '../../demo/monitored/start-monitor.js';
import { inNetns } from '../../ffi/netns.js';
import { openPacketSocket, type PacketSocket } from '../../ffi/packet-socket.js';
import { hasFlash } from '../../flash/registry.js';
import { makeSocketDir } from '../../host/temporary.js';
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
function startL2fwd(netns: string, dir: string, { asUser }: Example, name: string, ...more: string[]) {
  const [program, ...before] = asUser(nobody, dir);
  const place = ['--chain', 'web', '--function', name, '--monitor', join(dir, 'monitor.sock')];
  return startFunction(netns, program, [...before, ...place, ...more]);
}

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

interface TriedChain {
  readonly what: string;
  readonly file: string;
  readonly programs: Readonly<Record<string, Example>>;
  readonly needsFlash: boolean;
}

const { c, rust, typescript } = l2fwds;
const everyChain: readonly TriedChain[] = [
  { what: 'a function in C', file: oneFunction, programs: { only: c }, needsFlash: false },
  { what: 'a function in Rust', file: oneFunction, programs: { only: rust }, needsFlash: false },
  { what: 'a function in TypeScript', file: oneFunction, programs: { only: typescript }, needsFlash: false },
  { what: 'a chain of two functions', file: twoFunctions, programs: { first: c, second: c }, needsFlash: true },
  {
    what: 'a chain of two languages',
    file: twoFunctions,
    programs: { first: typescript, second: rust },
    needsFlash: true,
  },
];

for (const { what, file, programs } of everyChain.filter(({ needsFlash }) => !needsFlash || hasFlash())) {
  const missing = Object.values(programs).find((program) => program.missing !== undefined)?.missing;
  const title = `${what} without privilege forwards packets, survives the monitor, and may come back`;
  const serial = missing === undefined ? test.serial : test.serial.skip;
  const names = Object.keys(programs);
  serial(missing === undefined ? title : `${title}: ${missing}`, async (t) => {
    t.timeout(5 * deadlineMs);
    const dir = makeSocketDir('monitor');
    t.teardown(() => rmSync(dir, { recursive: true }));
    chmodSync(dir, 0o755);
    // What a program sends on b comes on queue 0 of a: b has no other.
    await using veth = await makeVeth(2, 1);
    using wire = inNetns(veth.netns, () => openPacketSocket(veth.b, etherType));
    const socket = join(dir, 'monitor.sock');
    const start = () => startMonitor({ netns: veth.netns, socket, state: join(dir, 'state.json') });
    const apply = (text: string) => commandMonitor(socket, { command: 'apply', file: 'web.yaml', text });
    await using monitor = await start();
    await apply(file);

    const functions: NetworkFunction[] = [];
    await using _functions = {
      async [Symbol.asyncDispose]() {
        for (const fn of functions) await fn.kill();
      },
    };
    const startAll = async (log: () => string): Promise<void> => {
      for (const [name, program] of Object.entries(programs).toReversed()) {
        const fn = await startL2fwd(veth.netns, dir, program, name, ...(name === names[0] ? ['--swap-macs'] : []));
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
    for (const second of Object.values(programs)) {
      const refusal = await startL2fwd(veth.netns, dir, second, names[0] ?? '');
      t.regex(
        'refused' in refusal ? refusal.refused : '',
        new RegExp(`^l2fwd: .*: ${names[0]} is there already$`, 'm'),
      );
    }

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

    await apply('chain: web\nfunctions: {}\n');
    const reports = [];
    for (const fn of functions.slice(names.length)) reports.push(await fn.ended());
    t.true(
      reports.every(({ received, sent, held }) => received === count && sent === count && held === 0),
      JSON.stringify(reports),
    );
  });
}
