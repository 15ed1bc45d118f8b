import test from 'ava';
import { l2fwds } from '../../demo/monitored/examples.js';
import { startFunction } from '../../demo/monitored/start-function.js';
import { inNetns } from '../../ffi/netns.js';
import { openPacketSocket } from '../../ffi/packet-socket.js';
import { nativePaths } from '../../native/build-native.js';
import { waitUntil } from '../../process/wait-until.js';
import { fragmentBytes } from './support/test-packets.js';
import { makeVeth } from './support/veth.js';
import { vethTestbed } from './support/veth-testbed.js';

const etherType = 0x88b5;
const macBytes = 6;
const count = 200;
/** Fewer than a queue of the pair holds. */
const batch = 20;

function swapped(frame: Buffer): Buffer {
  return Buffer.concat([
    frame.subarray(macBytes, 2 * macBytes),
    frame.subarray(0, macBytes),
    frame.subarray(2 * macBytes),
  ]);
}

const ways = [
  { how: 'asleep', args: [] },
  { how: 'busily', args: ['--busy-us', '1000'] },
] as const;

const refusals = {
  C: { device: /^l2fwd: No such device$/, monitor: /^l2fwd: No such file or directory$/ },
  Rust: { device: /^l2fwd: .*: No such device/, monitor: /^l2fwd: asking the monitor at \/nowhere: No such file/ },
  TypeScript: {
    device: /^l2fwd: opening a port on nowhere queue 0: no such device\n {2}`ip link`/,
    monitor: /^l2fwd: asking the monitor at \/nowhere: nobody listens there\n {2}`npm run monitor -- serve`/,
  },
} as const;

for (const { language, command, missing } of Object.values(l2fwds)) {
  const [program, ...before] = command;
  const serial = missing === undefined ? test.serial : test.serial.skip;
  const titled = (title: string): string => `${title}${missing === undefined ? '' : `: ${missing}`}`;

  for (const { how, args } of ways) {
    serial(titled(`l2fwd in ${language} sends packets back, in order, and waits ${how}`), async (t) => {
      // What a program sends comes on the queue that the kernel chooses.
      await using veth = await makeVeth(1);
      using wire = inNetns(veth.netns, () => openPacketSocket(veth.b, etherType));
      const device = ['--device', veth.a, '--xdp', nativePaths.xskRedirect, '--swap-macs'];
      const l2fwd = await startFunction(veth.netns, program, [...before, ...device, ...args]);
      if ('refused' in l2fwd) return t.fail(l2fwd.refused);
      await using _ = l2fwd;
      const sent = Array.from({ length: count }, (_, number) => fragmentBytes(number, 0, 64));
      const received: Buffer[] = [];

      for (let first = 0; first < count; first += batch) {
        for (const frame of sent.slice(first, first + batch)) wire.send(frame);
        await waitUntil(
          () => {
            const frame = wire.receive();
            if (frame !== undefined) received.push(frame);
            return received.length >= first + batch;
          },
          { what: 'the packets to come back', deadlineMs: 20_000, intervalMs: 1, lastState: () => received.length },
        );
      }
      const report = await l2fwd.stop();

      t.deepEqual(received, sent.map(swapped));
      t.like(report, { received: count, sent: count, full: 0, held: 0, refused: 0 });
      t.true(report.sleeps > 0 && report.kicks > 0);
    });
  }

  serial(titled(`l2fwd in ${language} says why it cannot start`), async (t) => {
    await using veth = await vethTestbed.borrow();
    const start = (...args: string[]) => startFunction(veth.netns, program, [...before, ...args]);
    const { device, monitor } = refusals[language as keyof typeof refusals];

    const nowhere = await start('--device', 'nowhere', '--xdp', 'x');
    const unmonitored = await start('--chain', 'web', '--function', 'first', '--monitor', '/nowhere');

    t.regex('refused' in nowhere ? nowhere.refused : '', device);
    t.regex('refused' in unmonitored ? unmonitored.refused : '', monitor);
  });
}
