import { createNetns, deleteNetns, ipBatch } from '../chain/netns.js';
import { FlashError } from '../errors.js';
import { hasFlash, setRoute } from '../flash/registry.js';
import { startPump } from '../native/pump.js';
import { hopCases, pumpOptions, wireCases, type Cost, type CostCase } from './cost-cases.js';

/** Runs in the guest: measures every case this kernel can run, twice, a line of JSON each. */
const netns = 'flash-cost';
const rounds = 400;

await createNetns(netns);
await ipBatch(netns, ['link add name a numtxqueues 2 numrxqueues 2 type veth peer name b numtxqueues 2 numrxqueues 2', 'link set dev a up', 'link set dev b up']);
try {
  for (const each of hasFlash() ? [...wireCases, ...hopCases] : wireCases) {
    const cost: Cost = { ...each, instructions: [await measure(each), await measure(each)] };
    console.log(JSON.stringify(cost));
  }
} finally {
  await deleteNetns(netns);
}

async function measure(each: CostCase): Promise<number> {
  await using pump = await startPump({ netns, mode: 'cost', ifname: 'a', ringSize: 256, rounds, ...pumpOptions(each) });
  if (each.path !== 'wire') {
    const [source, target] = pump.ids();
    if (source === undefined || target === undefined) throw new FlashError('infrastructure', 'the sockets of pump are not listed');
    setRoute(source, [target]);
  }
  pump.go();
  const { exitCode, report, stderr } = await pump.end;
  if (exitCode !== 0) throw new FlashError('infrastructure', `pump failed at ${JSON.stringify(each)}`, { logTail: stderr });
  return (report as { nsPerPacket: number }).nsPerPacket;
}
