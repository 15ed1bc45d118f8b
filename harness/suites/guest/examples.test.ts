/**
 * Of the examples in nf/examples those that need a guest: what they do to packets is tried by their own tests, in
 * Rust. Here one talks to the kernel under test, and one chooses among edges, which only FLASH has.
 */
import { chmodSync, copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { startFunction, type NetworkFunction } from '../../demo/monitored/start-function.js';
import { monitorCommand, startMonitor } from '../../demo/monitored/start-monitor.js';
import { inNetns } from '../../ffi/netns.js';
import { openPacketSocket } from '../../ffi/packet-socket.js';
import { hasFlash } from '../../flash/registry.js';
import { attemptIn, ipBatch, runIn } from '../../host/netns.js';
import { makeSocketDir } from '../../host/temporary.js';
import { nativePaths } from '../../native/build-native.js';
import { waitUntil } from '../../process/wait-until.js';
import { ipPacket } from './support/ip-packet.js';
import { makeVeth } from './support/veth.js';

const deadlineMs = 60_000;
const ipv4 = 0x0800;
const macBytes = 6;
const nobody = '65534';

test.serial('responder answers pings', async (t) => {
  await using veth = await makeVeth(1);
  await ipBatch(veth.netns, [`address add 10.0.0.2/24 dev ${veth.b}`]);
  // Otherwise sums are left to be computed by nobody.
  await runIn(veth.netns, 'ethtool', ['-K', veth.b, 'tx', 'off']);
  const responder = await startFunction(veth.netns, nativePaths.responder, [
    ...['--device', veth.a, '--xdp', nativePaths.xskRedirect],
    ...['--mac', '02:00:00:00:00:01', '--address', '10.0.0.1'],
  ]);
  if ('refused' in responder) return t.fail(responder.refused);
  await using _ = responder;

  const ping = await attemptIn(veth.netns, 'ping', ['-c', '5', '-i', '0.01', '-W', '30', '10.0.0.1']);

  t.is(ping.exitCode, 0, ping.stdout);
  t.regex(ping.stdout, / 5 received/);
  t.like(await responder.stop(), { full: 0, held: 0, refused: 0 });
});

const chain = `chain: web
functions:
  balancer: { device: a, queue: 0, user: ${nobody}, input: true, to: [one, two] }
  one: { device: a, queue: 1, user: ${nobody}, missing: drop }
  two: { device: a, queue: 2, user: ${nobody}, missing: drop }
`;
const flows = 40;

/** Each twice, so that it shows whether both go the same way. */
const packets = Array.from({ length: 2 * flows }, (_, number) =>
  ipPacket({ source: '192.0.2.1', destination: '198.51.100.1', sourcePort: 1000 + (number % flows) }),
);

/** One of the workers turns frames around: it shows which one they have met. */
const programs = [
  { name: 'two', path: nativePaths.l2fwd, args: [] },
  { name: 'one', path: nativePaths.l2fwd, args: ['--swap-macs'] },
  { name: 'balancer', path: nativePaths.maglev, args: ['--backend', 'one', '--backend', 'two'] },
] as const;

if (hasFlash())
  test.serial('maglev sends each flow into one edge of its chain', async (t) => {
    t.timeout(3 * deadlineMs);
    const dir = makeSocketDir('maglev');
    t.teardown(() => rmSync(dir, { recursive: true }));
    chmodSync(dir, 0o755);
    // What a program sends on b comes on queue 0 of a: b has no other.
    await using veth = await makeVeth(3, 1);
    using wire = inNetns(veth.netns, () => openPacketSocket(veth.b, ipv4));
    const [socket, state, file] = ['monitor.sock', 'state.json', 'web.yaml'].map((name) => join(dir, name)) as [
      string,
      string,
      string,
    ];
    await using monitor = await startMonitor({ netns: veth.netns, socket, state });
    const apply = async (text: string): Promise<void> => {
      writeFileSync(file, text);
      const command = [...monitorCommand, 'apply', file, '--socket', socket];
      const applied = await attemptIn(veth.netns, process.execPath, command);
      t.is(applied.exitCode, 0, applied.stderr);
    };
    await apply(chain);
    const functions: NetworkFunction[] = [];
    await using _functions = {
      async [Symbol.asyncDispose]() {
        for (const fn of functions) await fn.kill();
      },
    };
    for (const { name, path, args } of programs) {
      // The checkout may be in a folder that is not for all users.
      const program = join(dir, name);
      copyFileSync(path, program);
      const fn = await startFunction(veth.netns, 'setpriv', [
        ...['--reuid', nobody, '--regid', nobody, '--clear-groups', program],
        ...['--chain', 'web', '--function', name, '--monitor', socket, ...args],
      ]);
      if ('refused' in fn) return t.fail(fn.refused);
      functions.push(fn);
      await waitUntil(() => monitor.stderr().includes(`${name} is process ${fn.pid}\n`), {
        what: `${name} to be connected`,
        deadlineMs,
        lastState: () => monitor.stderr(),
      });
    }

    const received: Buffer[] = [];
    for (const packet of packets) wire.send(packet);
    await waitUntil(
      () => {
        const frame = wire.receive();
        if (frame !== undefined) received.push(frame);
        return received.length === packets.length;
      },
      { what: 'the packets to come back', deadlineMs: 20_000, intervalMs: 1, lastState: () => received.length },
    );
    await apply('chain: web\nfunctions: {}\n');
    const [two, one, balancer] = await Promise.all(functions.map((fn) => fn.ended()));

    const turned = received.filter(
      (frame) => frame.compare(packets[0] ?? Buffer.alloc(0), 0, macBytes, 0, macBytes) !== 0,
    );
    const portsOf = (frames: readonly Buffer[]) => frames.map((frame) => frame.readUInt16BE(34));
    const [ofOne, ofTwo] = [portsOf(turned), portsOf(received.filter((frame) => !turned.includes(frame)))];
    t.like(balancer, { received: packets.length, sent: packets.length, held: 0 });
    t.is(one?.received, ofOne.length);
    t.is(two?.received, ofTwo.length);
    t.true(ofOne.length > 0 && ofTwo.length > 0, `${ofOne.length} and ${ofTwo.length}`);
    t.false(ofOne.some((port) => ofTwo.includes(port)));
  });
