import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parseChain } from '../../../nf/monitor/chain-file.js';
import { commandMonitor } from '../../../nf/monitor/client.js';
import { isFree, openPlace } from '../../../nf/monitor/open-place.js';
import { l2fwds } from '../../demo/monitored/examples.js';
import { startFunction, type NetworkFunction } from '../../demo/monitored/start-function.js';
import { startMonitor } from '../../demo/monitored/start-monitor.js';
import { inNetns } from '../../ffi/netns.js';
import { openPacketSocket } from '../../ffi/packet-socket.js';
import { findIndex } from '../../ffi/xdp-program.js';
import { ipBatch } from '../../host/netns.js';
import { makeSocketDir } from '../../host/temporary.js';
import { waitUntil } from '../../process/wait-until.js';
import { fragmentBytes } from './support/test-packets.js';
import { makeVeth } from './support/veth.js';

const etherType = 0x88b5;
const nobody = '65534';
const deadlineMs = 60_000;
const text = `chain: web
functions:
  only: { device: a, queue: 0, user: ${nobody}, input: true }
`;

test.serial(
  'a queue is not free while somebody has it, whatever its device is called, and is with the device',
  async (t) => {
    await using veth = await makeVeth(1, 1);
    const { netns } = veth;
    const fn = parseChain(text, 'web.yaml').functions['only'];
    if (fn === undefined) return t.fail();
    const queue = inNetns(netns, () => ({ ...fn, ifindex: findIndex('a') }));
    const free = (): boolean => inNetns(netns, () => isFree(queue));
    const place = inNetns(netns, () => openPlace(fn));
    if (place === 'busy') return t.fail();
    t.false(free());

    await ipBatch(netns, ['link set dev a down', 'link set dev a name c', 'link set dev c up']);
    t.false(free());
    await ipBatch(netns, ['link add name a type veth peer name d']);
    t.false(free(), 'a device that has its name now is another one');
    place.close();
    await waitUntil(free, { what: 'the queue to be free', deadlineMs });
    await ipBatch(netns, ['link del dev c']);

    t.true(free());
  },
);

test.serial('a device that is made anew under its name has its function, and its input, again', async (t) => {
  const dir = makeSocketDir('device');
  t.teardown(() => rmSync(dir, { recursive: true }));
  chmodSync(dir, 0o755);
  await using veth = await makeVeth(1, 1);
  const { netns } = veth;
  const socket = join(dir, 'monitor.sock');
  await using monitor = await startMonitor({ netns, socket, state: join(dir, 'state.json') });
  await commandMonitor(socket, { command: 'apply', file: 'web.yaml', text });
  const [program, ...before] = l2fwds.c.asUser(nobody, dir);
  const functions: NetworkFunction[] = [];
  await using _functions = {
    async [Symbol.asyncDispose]() {
      for (const fn of functions) await fn.kill();
    },
  };
  const start = async (): Promise<NetworkFunction> => {
    const fn = await startFunction(netns, program, [
      ...[...before, '--chain', 'web', '--function', 'only', '--monitor', socket],
    ]);
    if ('refused' in fn) throw new Error(fn.refused);
    functions.push(fn);
    // Its input is connected by then.
    const isIn = (): boolean => monitor.stderr().includes(`only is process ${fn.pid}\n`);
    await waitUntil(isIn, { what: 'it to be connected', deadlineMs, lastState: monitor.stderr });
    return fn;
  };
  const passAPacket = async (number: number): Promise<void> => {
    using wire = inNetns(netns, () => openPacketSocket(veth.b, etherType));
    wire.send(fragmentBytes(number, 0, 64));
    await waitUntil(() => wire.receive()?.equals(fragmentBytes(number, 0, 64)) === true, {
      ...{ what: 'the packet to come back', deadlineMs: 20_000, intervalMs: 1 },
      lastState: monitor.stderr,
    });
  };

  const first = await start();
  await passAPacket(0);
  await ipBatch(netns, ['link del dev a']);
  await t.throwsAsync(first.ended(), { message: /No such device|Network is down|not bound/ });
  await waitUntil(() => monitor.stderr().includes('only has gone'), { what: 'the monitor to notice', deadlineMs });
  await ipBatch(netns, ['link add name a type veth peer name b', 'link set dev a up', 'link set dev b up']);
  const second = await start();

  await t.notThrowsAsync(passAPacket(1));
  await second.stop();
});
