import { createNetns, deleteNetns, ipBatch } from '../chain/netns.js';
import { FlashError } from '../errors.js';
import { attachXskRedirect } from '../ffi/xsk-redirect.js';
import { hasFlash, setRoute } from '../flash/registry.js';
import { startPump } from '../native/pump.js';
import { portsOf, setUpPorts, waitForLinks } from '../nics/guest-ports.js';
import { nicModels, type NicModel } from '../nics/model.js';
import { hopCases, nicCases, pumpOptions, wireCases, type Cost, type CostCase } from './cost-cases.js';

/**
 * Runs in the guest: measures every case this kernel can run on a veth pair, or on two ports of the
 * NIC it is told, twice, a line of JSON each.
 */
const netns = 'flash-cost';
const rounds = 400;

const model = nicModels.find((name) => name === process.argv[2]);
try {
  if (model === undefined) await measureAll(hasFlash() ? [...wireCases, ...hopCases] : wireCases, setUpVeth);
  else await measureAll(nicCases, () => setUpNic(model));
} finally {
  await deleteNetns(netns);
}

async function measureAll(cases: readonly CostCase[], setUp: () => Promise<void>): Promise<void> {
  await setUp();
  for (const each of cases) {
    const cost: Cost = { ...each, instructions: [await measure(each), await measure(each)] };
    console.log(JSON.stringify(cost));
  }
}

async function setUpVeth(): Promise<void> {
  await createNetns(netns);
  await ipBatch(netns, ['link add name a numtxqueues 2 numrxqueues 2 type veth peer name b numtxqueues 2 numrxqueues 2', 'link set dev a up', 'link set dev b up']);
}

/** Without a program the drivers do not serve zero-copy sockets. */
async function setUpNic(nic: NicModel): Promise<void> {
  await setUpPorts(netns, portsOf(nic, 2));
  for (const ifname of ['a', 'b']) attachXskRedirect({ netns, ifname });
  await waitForLinks([netns]);
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
