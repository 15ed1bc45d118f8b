import { hopCases, nicCases, wireCases, type CostCase } from '../bench/cost-cases.js';
import { countEach } from '../bench/counting.js';
import { costNetns, createVeth, runCostPump, startCostPump } from '../bench/cost-pump.js';
import { deleteNetns } from '../host/netns.js';
import { attachXskRedirect } from '../ffi/xsk-redirect.js';
import { hasFlash } from '../flash/registry.js';
import { serve } from '../machine/serve.js';
import { portsOf, setUpPorts, waitForLinks } from '../nics/guest-ports.js';
import type { NicModel } from '../nics/model.js';
import { costsProgram } from '../bench/costs-program.js';

await serve(costsProgram, async ({ nic }, tell) => {
  await using _devices = nic === undefined ? await createVeth() : await setUpNic(nic);
  const { costs, add } = countEach<CostCase>(tell);
  for (const each of casesOf(nic)) await add(each, () => measure(each));
  return costs;
});

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
