import { countEach } from '../bench/counting.js';
import { xdpCases, type XdpCase } from '../bench/xdp/xdp-cases.js';
import { deadlineMs, packetsSent, sendOver } from '../bench/xdp/send-over.js';
import { xdpCostsProgram, type XdpCost } from '../bench/xdp/xdp-costs-program.js';
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
/** More than a run sends: nobody looks at the socket meanwhile. */
const frames = 1 << 14;

await createNetns(netns);
await ipBatch(netns, [
  `link add name a ${queues} type veth peer name b ${queues}`,
  `link add name c ${queues} type veth peer name d ${queues}`,
  ...['a', 'b', 'c', 'd'].map((ifname) => `link set dev ${ifname} up`),
]);
await runIn(netns, 'ethtool', ['-K', 'd', 'gro', 'on']);

await serve(xdpCostsProgram, async (_, tell) => {
  const { costs, add } = countEach<Pick<XdpCost, 'what' | 'mode'>>(tell);
  await add({ what: 'no program', mode: 'none' }, () => sendOver({ netns, ifname: 'b' }));
  for (const each of xdpCases)
    for (const mode of ['native', 'generic'] as const) await add({ what: each.what, mode }, () => sendTo(each, mode));
  return costs;
});
await deleteNetns(netns);

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
  const nanoseconds = await sendOver({ netns, ifname: 'b' });
  let count = 0;
  // A processor that packets are handed to may still be at it.
  const all = async (): Promise<boolean> => {
    count = (await arrived()) - before;
    return end === undefined || count >= (loses === true ? 1 : packetsSent);
  };
  await waitUntil(all, { what: `packets of ${what}, ${mode}, to come to ${end}`, deadlineMs, lastState: () => count });
  return nanoseconds;
}

async function received(ifname: string | undefined): Promise<number> {
  return ifname === undefined ? 0 : ((await readLinks(netns))[ifname]?.rxPackets ?? 0);
}
