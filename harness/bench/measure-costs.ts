import { deleteNetns } from '../chain/netns.js';
import { attachXskRedirect } from '../ffi/xsk-redirect.js';
import { hasFlash } from '../flash/registry.js';
import { portsOf, setUpPorts, waitForLinks } from '../nics/guest-ports.js';
import { nicModels, type NicModel } from '../nics/model.js';
import { hopCases, nicCases, wireCases, type Cost, type CostCase } from './cost-cases.js';
import { costNetns, createVeth, runCostPump, startCostPump } from './cost-pump.js';

/**
 * Runs in the guest: measures every case this kernel can run on a veth pair, or on two ports of the
 * NIC it is told, twice, a line of JSON each.
 */
const model = nicModels.find((name) => name === process.argv[2]);
await using _devices = model === undefined ? await createVeth() : await setUpNic(model);
for (const each of casesOf(model)) {
  const cost: Cost = { ...each, instructions: [await measure(each), await measure(each)] };
  console.log(JSON.stringify(cost));
}

function casesOf(nic: NicModel | undefined): readonly CostCase[] {
  if (nic !== undefined) return nicCases;
  return hasFlash() ? [...wireCases, ...hopCases] : wireCases;
}

/** Without a program the drivers do not serve zero-copy sockets. */
async function setUpNic(nic: NicModel): Promise<AsyncDisposable> {
  await setUpPorts(costNetns, portsOf(nic, 2));
  for (const ifname of ['a', 'b']) attachXskRedirect({ netns: costNetns, ifname });
  await waitForLinks([costNetns]);
  return { [Symbol.asyncDispose]: () => deleteNetns(costNetns) };
}

async function measure(each: CostCase): Promise<number> {
  await using pump = await startCostPump(each);
  return await runCostPump(pump, each);
}
