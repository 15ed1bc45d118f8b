import { existsSync } from 'node:fs';
import test from 'ava';
import { commandMonitor } from '../../../nf/monitor/client.js';
import { l2fwds } from '../../demo/monitored/examples.js';
import { makeOpenDir } from '../../demo/monitored/open-dir.js';
import { startMonitor } from '../../demo/monitored/start-monitor.js';
import { inNetns } from '../../ffi/netns.js';
import { openPacketSocket } from '../../ffi/packet-socket.js';
import { listSockets } from '../../flash/registry.js';
import { ipBatch, startIn } from '../../host/netns.js';
import { nativePaths } from '../../native/build-native.js';
import { follow, type Followed } from '../../process/follow.js';
import { signalGroup } from '../../process/signal-group.js';
import { waitUntil } from '../../process/wait-until.js';
import { fragmentBytes } from './support/test-packets.js';
import { makeVeth } from './support/veth.js';

const etherType = 0x88b5;
const nobody = '65534';
const deadlineMs = 60_000;
const middle = 'middle: { device: c, queue: 0, user: root, legacy: true, to: [last], missing: bypass }';
const text = `chain: web
functions:
  first: { device: a, queue: 0, user: ${nobody}, input: true, to: [middle] }
  ${middle}
  last: { device: a, queue: 1, user: ${nobody} }
`;
const without = text.replace(`  ${middle}\n`, '').replace('[middle]', '[last]');

/** Has never heard of a monitor, opens a socket on the device c itself and swaps the addresses of what it receives. */
interface LegacyProgram {
  readonly what: string;
  readonly command: readonly [program: string, ...args: string[]];
  /** What it says at its end of the packets that it has received. */
  readonly received: RegExp;
}

const testpmd = '/usr/bin/dpdk-testpmd';
const programs: readonly LegacyProgram[] = [
  {
    what: 'a program that opens its socket itself',
    command: [...l2fwds.c.command, '--device', 'c', '--xdp', nativePaths.xskRedirect, '--swap-macs'],
    received: /"received":(\d+)/,
  },
  {
    what: "DPDK's testpmd",
    command: [
      testpmd,
      ...['--no-pci', '--no-huge', '-m', '128', '--no-shconf', '--no-telemetry', '-l', '0,1'],
      ...[
        '--vdev',
        'net_af_xdp0,iface=c',
        '--',
        '--forward-mode=macswap',
        '--auto-start',
        '--no-flush-rx',
        '--total-num-mbufs=4096',
      ],
    ],
    received: /Accumulated[\s\S]*RX-packets: (\d+)/,
  },
];

for (const { what, command, received } of programs) {
  const isThere = existsSync(command[0]);
  const serial = isThere ? test.serial : test.serial.skip;
  const title = `${what} is a function of a chain, as long as the file says`;
  serial(isThere ? title : `${title}: it is not installed`, async (t) => {
    t.timeout(5 * deadlineMs);
    using dir = makeOpenDir();
    await using veth = await makeVeth(2, 1);
    const { netns } = veth;
    await ipBatch(netns, ['link add name c type veth peer name d', 'link set dev c up', 'link set dev d up']);
    using wire = inNetns(netns, () => openPacketSocket(veth.b, etherType));
    const socket = `${dir.path}/monitor.sock`;
    const serve = () => startMonitor({ netns, socket, state: `${dir.path}/state.json` });
    const apply = (file: string) => commandMonitor(socket, { command: 'apply', file: 'web.yaml', text: file });
    await using monitor = await serve();
    await apply(text);
    const running: Followed[] = [];
    await using _running = {
      async [Symbol.asyncDispose]() {
        for (const each of running) signalGroup(each.pid, 'SIGKILL');
        for (const each of running) await each.end;
      },
    };
    const start = ([program, ...args]: LegacyProgram['command']): Followed => {
      const started = follow(startIn(netns, program, args, { openInput: true }), program);
      running.push(started);
      return started;
    };
    const said = (who: Followed, words: string) =>
      waitUntil(() => who.stderr().includes(words), {
        ...{ what: `"${words}"`, deadlineMs },
        lastState: () => [who, ...running].map((each) => each.stderr()),
      });
    const join = async (name: string): Promise<void> => {
      const [program, ...args] = l2fwds.c.asUser(nobody, dir.path);
      start([program, ...args, '--chain', 'web', '--function', name, '--monitor', socket]);
      await said(monitor, `${name} is process`);
    };
    const startLegacy = async (): Promise<Followed> => {
      const started = start(command);
      await said(monitor, `middle is process ${started.pid}, which was found\n`);
      return started;
    };
    let number = 0;
    /** Whether a packet comes back as the program in the middle changes it. */
    const isChanged = async (): Promise<boolean> => {
      const sent = fragmentBytes(number++, 0, 64);
      wire.send(sent);
      const came = await waitUntil(() => wire.receive(), {
        ...{ what: 'a packet', deadlineMs: 20_000, intervalMs: 1 },
        lastState: () => [inNetns(netns, listSockets), running.map((each) => each.stdout())],
      });
      t.deepEqual(came.subarray(12), sent.subarray(12), 'it is another packet');
      return !came.subarray(0, 12).equals(sent.subarray(0, 12));
    };

    for (const name of ['last', 'first']) await join(name);
    t.false(await isChanged(), 'it is bypassed while it is missing');
    const one = await startLegacy();
    t.true(await isChanged());

    signalGroup(one.pid, 'SIGKILL');
    await said(monitor, 'middle has gone');
    // It says so before it leads others elsewhere, and hears nobody until it has.
    await commandMonitor(socket, { command: 'status' });
    t.false(await isChanged());
    const two = await startLegacy();
    t.true(await isChanged());

    await monitor.stop();
    t.true(await isChanged(), 'the chain goes on without a monitor');
    await using again = await serve();
    await said(again, `middle is process ${two.pid}, as before\n`);
    await said(again, 'first is process');
    t.true(await isChanged());

    await waitUntil(() => apply(without).catch(() => undefined), { what: 'the chain to be complete', deadlineMs });
    const { exitCode, stdout } = await two.end;
    t.is(exitCode, 0, 'it was asked to leave');
    t.true(Number(received.exec(stdout)?.[1]) >= 3, stdout);
    t.false(await isChanged());
  });
}
