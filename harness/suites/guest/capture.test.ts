import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { exampleInTypeScript } from '../../demo/monitored/examples.js';
import { startFunction } from '../../demo/monitored/start-function.js';
import { inNetns } from '../../ffi/netns.js';
import { openPacketSocket } from '../../ffi/packet-socket.js';
import { makeSocketDir } from '../../host/temporary.js';
import { nativePaths } from '../../native/build-native.js';
import { attempt } from '../../process/run.js';
import { waitUntil } from '../../process/wait-until.js';
import { fragmentBytes } from './support/test-packets.js';
import { makeVeth } from './support/veth.js';

const etherType = 0x88b5;
const count = 100;
/** Fewer than a queue of the pair holds. */
const batch = 20;
const lengths = [60, 61, 62, 63, 1514];
const hasTcpdump = ['/usr/bin', '/usr/sbin'].some((dir) => existsSync(join(dir, 'tcpdump')));

interface Captured {
  readonly seconds: number;
  /** As it was on the wire. */
  readonly length: number;
  readonly bytes: Buffer;
}

/** A line for each packet, and lines with its bytes in hexadecimal. */
async function readWithTcpdump(path: string): Promise<readonly Captured[]> {
  const { exitCode, stdout, stderr } = await attempt('tcpdump', ['-Z', 'root', '-nn', '-tt', '-e', '-xx', '-r', path]);
  if (exitCode !== 0) throw new Error(stderr);
  return stdout
    .split(/^(?=\d)/m)
    .filter((text) => text !== '')
    .map((text) => ({
      seconds: Number(/^[\d.]+/.exec(text)?.[0]),
      length: Number(/length (\d+):/.exec(text)?.[1]),
      bytes: Buffer.from(
        [...text.matchAll(/^\s+0x[0-9a-f]+:((?: +[0-9a-f]+)+)/gm)].map(([, hex]) => hex?.replaceAll(' ', '')).join(''),
        'hex',
      ),
    }));
}

const serial = hasTcpdump ? test.serial : test.serial.skip;

for (const { what, args, kept } of [
  { what: 'whole', args: [], kept: Number.POSITIVE_INFINITY },
  { what: 'to the byte that is said', args: ['--snap', '61'], kept: 61 },
]) {
  const title = `tcpdump reads, ${what}, the packets that capture passes on`;
  serial(hasTcpdump ? title : `${title}: it is not installed`, async (t) => {
    const dir = makeSocketDir('capture');
    t.teardown(() => rmSync(dir, { recursive: true }));
    const path = join(dir, 'packets.pcapng');
    await using veth = await makeVeth(1);
    using wire = inNetns(veth.netns, () => openPacketSocket(veth.b, etherType));
    const [program, ...before] = exampleInTypeScript('capture').command;
    const place = ['--device', veth.a, '--xdp', nativePaths.xskRedirect, '--file', path, ...args];
    const start = Date.now() / 1000;
    const capture = await startFunction(veth.netns, program, [...before, ...place]);
    if ('refused' in capture) return t.fail(capture.refused);
    await using _ = capture;
    const sent = Array.from({ length: count }, (_, number) =>
      fragmentBytes(number, 0, lengths[number % lengths.length] ?? 0),
    );
    const received: Buffer[] = [];

    for (let first = 0; first < count; first += batch) {
      for (const frame of sent.slice(first, first + batch)) wire.send(frame);
      await waitUntil(
        () => {
          const frame = wire.receive();
          if (frame !== undefined) received.push(frame);
          return received.length >= first + batch;
        },
        { what: 'the packets to be passed on', deadlineMs: 20_000, intervalMs: 1, lastState: () => received.length },
      );
    }
    const report = await capture.stop();
    const captured = await readWithTcpdump(path);

    t.deepEqual(received, sent);
    t.like(report, { received: count, sent: count, full: 0, held: 0, refused: 0 });
    t.deepEqual(
      captured.map(({ length, bytes }) => ({ length, bytes })),
      sent.map((frame) => ({ length: frame.length, bytes: frame.subarray(0, kept) })),
    );
    t.true(captured.every(({ seconds }) => seconds >= start && seconds <= Date.now() / 1000));
  });
}

test.serial('a second capture leaves the file of the first as it is', async (t) => {
  const dir = makeSocketDir('capture');
  t.teardown(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'packets.pcapng');
  await using veth = await makeVeth(1);
  const [program, ...before] = exampleInTypeScript('capture').command;
  const start = async (device: string) => {
    const place = ['--device', device, '--xdp', nativePaths.xskRedirect, '--file', path];
    const capture = await startFunction(veth.netns, program, [...before, ...place]);
    if ('refused' in capture) throw new Error(capture.refused);
    return capture;
  };
  const hasHeader = (): boolean => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
  await using first = await start(veth.a);
  await waitUntil(hasHeader, { what: 'the first one to write', deadlineMs: 20_000 });

  await t.throwsAsync((await start(veth.b)).ended(), { message: /another program writes to it/ });

  t.true(hasHeader());
  await first.stop();
});

test.serial('capture says why it cannot write', async (t) => {
  await using veth = await makeVeth(1);
  const [program, ...before] = exampleInTypeScript('capture').command;
  const device = ['--device', veth.a, '--xdp', nativePaths.xskRedirect];
  const run = (...args: string[]) => startFunction(veth.netns, program, [...before, ...device, ...args]);

  const unsaid = await run();
  const nowhere = await run('--file', '/nowhere/packets.pcapng');

  t.regex('refused' in unsaid ? unsaid.refused : '', /^capture: say with --file where to write to\nusage: capture /);
  if ('refused' in nowhere) return t.fail('it writes where it can join');
  await t.throwsAsync(nowhere.ended(), {
    message: /creating \/nowhere\/packets.pcapng: ENOENT.*\n {2}write to a folder/s,
  });
});
