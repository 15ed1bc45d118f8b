import { rmSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { commandMonitor } from '../../../nf/monitor/client.js';
import { FlashError, joinChain, openPort, type Packet, type Port } from '../../../nf/typescript/index.js';
import { startMonitor } from '../../demo/monitored/start-monitor.js';
import { inNetns } from '../../ffi/netns.js';
import { openPacketSocket } from '../../ffi/packet-socket.js';
import { ipBatch } from '../../host/netns.js';
import { makeSocketDir } from '../../host/temporary.js';
import { nativePaths } from '../../native/build-native.js';
import { waitUntil } from '../../process/wait-until.js';
import { fragmentBytes } from './support/test-packets.js';
import { makeVeth, type VethPair } from './support/veth.js';

/*
 * The library in TypeScript, nf/typescript, in the process of the tests: a port on either end of a veth pair, with 64
 * entries in each ring and three times as many frames. Its unit tests have the rings say what they like.
 */
const [ringSize, frameCount] = [64, 192];
const etherType = 0x88b5;
const deadlineMs = 60_000;

/** Each gets what the other one sends. */
const open = ({ netns }: VethPair, device: string): Promise<Port> =>
  inNetns(netns, () =>
    openPort({ device, mode: 'copy', ringSize, frameCount, redirect: { object: nativePaths.xskRedirect } }),
  );

const numbered = (first: number, count: number): Buffer[] =>
  Array.from({ length: count }, (_, index) => fragmentBytes(first + index, 0, 60 + ((first + index) % 100)));

/** Sends as many as there is room for and has them leave. */
async function sendNumbered(t: ExecutionContext, port: Port, first: number, count: number): Promise<void> {
  let made: Packet[] = [];
  await waitUntil(
    async () => {
      await port.wait({ timeoutMs: 0 });
      made = [...made, ...port.create(numbered(first + made.length, count - made.length))];
      return made.length === count;
    },
    { what: 'free frames', deadlineMs, intervalMs: 1 },
  );
  t.deepEqual(port.send(made), []);
  await port.wait({ timeoutMs: 0 });
}

/** Waits for packets until there are so many, and hands each batch to the work. */
async function receiveAll(
  t: ExecutionContext,
  port: Port,
  count: number,
  work: (packets: readonly Packet[]) => void,
): Promise<void> {
  for (let received = 0; received < count; ) {
    t.is(await port.wait({ timeoutMs: deadlineMs }), 'ready');
    const packets = port.receive(ringSize);
    work(packets);
    received += packets.length;
  }
}

/** Until what it waits for has come: no timer ends the sleep. */
function sleepOn(port: Port): Promise<string> {
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (() => undefined) as unknown as typeof setTimeout;
  try {
    return port.wait();
  } finally {
    globalThis.setTimeout = setTimeout;
  }
}

test.serial('who sleeps in TypeScript is woken by each packet', async (t) => {
  await using veth = await makeVeth(1);
  using a = await open(veth, veth.a);
  using b = await open(veth, veth.b);

  for (let number = 0; number < 3; number++) {
    const sleeping = sleepOn(b);
    await sendNumbered(t, a, number, 1);

    t.is(await sleeping, 'ready');
    t.deepEqual(
      b.receive(ringSize).map(({ bytes }) => Buffer.from(bytes)),
      numbered(number, 1),
    );
  }
  const { sleeps } = b.stats();
  t.is(await b.wait({ timeoutMs: 50 }), 'timedOut');
  t.true(b.stats().sleeps - sleeps <= 3, 'nothing else wakes it');
});

test.serial('ports in TypeScript exchange packets, and all frames are there again', async (t) => {
  const [batches, batch] = [20, 32];
  await using veth = await makeVeth(1);
  using a = await open(veth, veth.a);
  using b = await open(veth, veth.b);
  const received: Buffer[] = [];

  for (let first = 0; first < batches * batch; first += batch) {
    await sendNumbered(t, a, first, batch);
    await receiveAll(t, b, batch, (packets) => received.push(...packets.map(({ bytes }) => Buffer.from(bytes))));
  }

  t.deepEqual(received, numbered(0, batches * batch));
  for (const port of [a, b]) {
    await waitUntil(
      async () => {
        port.receive(0);
        await port.wait({ timeoutMs: 0 });
        return port.frames().free === frameCount - ringSize;
      },
      { what: 'the frames', deadlineMs, intervalMs: 1, lastState: () => port.frames() },
    );
    t.like(port.stats(), { impossible: 0, txFull: 0, kernel: { txInvalid: 0, rxInvalid: 0, rxRingFull: 0 } });
  }
  t.like(a.stats(), { txPackets: batches * batch });
  t.like(b.stats(), { rxPackets: batches * batch });
});

test.serial('a packet that is kept in TypeScript is in nobody else’s frame, whatever comes after it', async (t) => {
  const [batches, batch] = [10, 32];
  await using veth = await makeVeth(1);
  using a = await open(veth, veth.a);
  using b = await open(veth, veth.b);
  const kept: Packet[] = [];

  for (let first = 0; first < batches * batch; first += batch) {
    await sendNumbered(t, a, first, batch);
    await receiveAll(t, b, batch, (packets) => {
      b.keep(packets.slice(0, 1));
      kept.push(...packets.slice(0, 1));
    });
  }

  // Nobody has looked at them before.
  const numbers = kept.map(({ view }) => view.getUint32(14));
  t.true(kept.length >= batches);
  t.is(new Set(numbers).size, kept.length);
  t.deepEqual(
    kept.map(({ bytes }) => Buffer.from(bytes)),
    numbers.map((number) => numbered(number, 1)[0]),
  );
  b.receive(0);
  t.is(b.frames().held, kept.length);
  b.drop(kept);
  t.is(b.frames().held, 0);
});

test.serial(
  'who is told in TypeScript that there is no room waits for room, and hears of a device that goes',
  async (t) => {
    await using veth = await makeVeth(1);
    const { netns } = veth;
    await ipBatch(netns, ['link set dev a down']);
    using port = await open(veth, veth.a);
    const made = port.create(numbered(0, ringSize));

    t.deepEqual(port.send(made), []);
    t.is(await port.wait({ timeoutMs: 5 }), 'timedOut');
    const [more] = port.create(numbered(0, 1)) as [Packet];
    t.deepEqual(port.send([more]), [more]);
    t.is(port.room(), 0);
    t.is(await port.wait({ timeoutMs: 5 }), 'timedOut');
    await ipBatch(netns, ['link set dev a up']);
    t.is(await port.wait({ timeoutMs: deadlineMs }), 'ready');
    t.deepEqual(port.send([more]), []);

    await ipBatch(netns, ['link delete dev a']);
    const gone = await t.throwsAsync(port.wait({ timeoutMs: deadlineMs }), {
      message: 'the device of the port is gone',
    });
    t.true(gone instanceof FlashError);
  },
);

test.serial('a queue in use is not opened a second time in TypeScript, and is once it is free', async (t) => {
  await using veth = await makeVeth(1);
  const first = await open(veth, veth.a);

  const error = await t.throwsAsync(open(veth, veth.a), { instanceOf: FlashError });
  first.close();

  t.is(error?.message, 'opening a port on a queue 0: it is in use');
  t.is(error?.kind, 'busy');
  await waitUntil(
    async () => {
      const port = await open(veth, veth.a).catch(() => undefined);
      port?.close();
      return port !== undefined;
    },
    { what: 'the queue to be free', deadlineMs, intervalMs: 1 },
  );
});

test.serial('a function in TypeScript is told why it may not join, what changes, and when it is to go', async (t) => {
  const dir = makeSocketDir('typescript');
  t.teardown(() => rmSync(dir, { recursive: true }));
  await using veth = await makeVeth(1);
  using wire = inNetns(veth.netns, () => openPacketSocket(veth.b, etherType));
  const socket = join(dir, 'monitor.sock');
  await using monitor = await startMonitor({ netns: veth.netns, socket, state: join(dir, 'state.json') });
  const apply = (functions: string) =>
    commandMonitor(socket, { command: 'apply', file: 'web.yaml', text: `chain: web\nfunctions: {${functions}}\n` });
  const tryJoin = (name: string) => joinChain({ chain: 'web', function: name, monitor: socket });
  const why = async (name: string) =>
    (await t.throwsAsync(tryJoin(name), { instanceOf: FlashError }))?.message ?? 'it may join';
  await apply('own: { device: a, queue: 0, user: 0, input: true }');

  t.is(await why('other'), 'the monitor refuses: there is no function other in a chain web');
  using port = await tryJoin('own');
  t.is(await why('own'), 'the monitor refuses: own is there already');
  await apply('own: { device: a, queue: 0, user: 0, input: true }, other: { device: a, queue: 1, user: 65534 }');
  t.is(await why('other'), 'the monitor refuses: other is of another user');

  t.deepEqual([port.edges(), port.leaving(), port.monitored()], [1, false, true]);
  wire.send(fragmentBytes(7, 0, 64));
  await receiveAll(t, port, 1, (packets) => port.keep(packets));
  const sleeping = sleepOn(port);
  await apply('');
  t.is(await sleeping, 'changed');
  t.true(port.leaving());
  t.is(port.frames().held, 1, 'and has what it has');

  await monitor.stop();
  await waitUntil(
    async () => {
      await port.wait({ timeoutMs: 0 });
      return !port.monitored();
    },
    { what: 'the monitor to be missed', deadlineMs, intervalMs: 1 },
  );
});
