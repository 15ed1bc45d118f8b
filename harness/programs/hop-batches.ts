import { existsSync } from 'node:fs';
import { createVeth, runCostPump, startCostPump } from '../bench/cost-pump.js';
import { serve } from '../machine/serve.js';
import { waitUntil } from '../process/wait-until.js';
import { hopBatchesProgram } from '../bench/profile/hop-batches-program.js';

const patienceMs = 120_000;

await serve(hopBatchesProgram, async ({ cases }, tell) => {
  await using _veth = await createVeth();
  for (const each of cases) {
    await using pump = await startCostPump(each);
    tell(each);
    await waitUntil(() => existsSync(each.goPath), { what: each.goPath, deadlineMs: patienceMs });
    await runCostPump(pump, each);
  }
  return { cases: cases.length };
});
