import { startPump, type Pump } from '../native/pump.js';
import { runToEnd } from '../bench/cost-pump.js';
import { xdpCases, type XdpCase } from '../bench/xdp/xdp-cases.js';
import { xdpCostsProgram, type XdpCost } from '../bench/xdp/xdp-costs-program.js';
import { FlashError } from '../errors.js';
import { inNetns } from '../ffi/netns.js';
import { createUmem } from '../ffi/umem.js';
import { indexOf } from '../ffi/xdp-program.js';
import { openSocket } from '../ffi/xdp-socket.js';
import { createNetns, deleteNetns, ipBatch, readLinks, runIn } from '../host/netns.js';
import { waitUntil } from '../process/wait-until.js';
import { serve } from '../machine/serve.js';
import { attachXdp } from '../xdp/attach.js';
import { programNamed } from '../xdp/catalogue.js';

/*
 *   b ==veth==> a: the program --redirect--> c ==veth==> d
 */
const netns = 'flash-xdp-costs';
const queues = 'numtxqueues 2 numrxqueues 2';
const [rounds, batch] = [400, 32];
/** More than a run sends: nobody looks at the socket meanwhile. */
const frames = 1 << 14;
const deadlineMs = 20_000;

await createNetns(netns);
await ipBatch(netns, [
  `link add name a ${queues} type veth peer name b ${queues}`,
  `link add name c ${queues} type veth peer name d ${queues}`,
  ...['a', 'b', 'c', 'd'].map((ifname) => `link set dev ${ifname} up`),
]);
await runIn(netns, 'ethtool', ['-K', 'd', 'gro', 'on']);

await serve(xdpCostsProgram, async (_, tell) => {
  const costs: XdpCost[] = [];
  const add = async (what: string, mode: XdpCost['mode'], measure: () => Promise<number>): Promise<void> => {
    const cost: XdpCost = { what, mode, instructions: [await measure(), await measure()] };
    tell(cost);
    costs.push(cost);
  };
  await add('no program', 'none', send);
  for (const each of xdpCases)
    for (const mode of ['native', 'generic'] as const) await add(each.what, mode, () => sendTo(each, mode));
  return costs;
});
await deleteNetns(netns);

/** From b to a; returns what a packet costs, in nanoseconds. */
async function send(): Promise<number> {
  const options = { ifname: 'b', wire: true, udp: true, ringSize: 256, packetBytes: 64, batch, rounds };
  const start = (): Promise<Pump | undefined> => startPump({ netns, mode: 'cost', ...options }).catch(ifBusy);
  // The kernel lets go of the queues of the last one in its own time.
  await using pump = await waitUntil(start, { what: 'the queues of b', deadlineMs });
  return await runToEnd(pump, 'XDP programs');
}

function ifBusy(error: unknown): undefined {
  if (!(error instanceof FlashError) || !/error 16$/m.test(error.details.logTail ?? '')) throw error;
}

async function sendTo({ what, program, tell, end, loses }: XdpCase, mode: 'native' | 'generic'): Promise<number> {
  using umem = createUmem({ frameCount: frames });
  using attachment = attachXdp({ devices: [{ netns, ifname: 'a' }], programs: [programNamed(program)], mode });
  // What veth sends back in native mode it gives only to a peer with a program of its own.
  using _peer =
    end === 'b' ? attachXdp({ devices: [{ netns, ifname: 'b' }], programs: [programNamed('queue')], mode }) : undefined;
  using socket = openSocket({ netns, ifname: 'a', queue: 0, umem, rxSize: frames, fillSize: frames });
  socket.rings.fill.produce(umem.take(frames));
  inNetns(netns, () => tell(attachment, { a: indexOf('a'), c: indexOf('c'), socketFd: socket.fd }));
  const arrived = async (): Promise<number> => (end === 'socket' ? socket.rings.rx.count() : received(end));
  const before = await arrived();
  const nanoseconds = await send();
  let count = 0;
  // A processor that packets are handed to may still be at it.
  const all = async (): Promise<boolean> => {
    count = (await arrived()) - before;
    return end === undefined || count >= (loses === true ? 1 : rounds * batch);
  };
  await waitUntil(all, { what: `packets of ${what}, ${mode}, to come to ${end}`, deadlineMs, lastState: () => count });
  return nanoseconds;
}

async function received(ifname: string | undefined): Promise<number> {
  return ifname === undefined ? 0 : ((await readLinks(netns))[ifname]?.rxPackets ?? 0);
}
