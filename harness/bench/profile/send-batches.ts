import { existsSync } from 'node:fs';
import { waitUntil } from '../../process/wait-until.js';
import type { CostCase } from '../cost-cases.js';
import { createVeth, runCostPump, startCostPump } from '../cost-pump.js';

/**
 * Runs in the guest: for each case it is told, as JSON, says when its sockets are ready, waits for a
 * file and sends batches.
 */
const patienceMs = 120_000;
const cases = process.argv.slice(2).map((each) => JSON.parse(each) as ReadyCase);

/** A case, and the file at whose appearance it begins. */
export interface ReadyCase extends CostCase {
  readonly goPath: string;
}

await using _veth = await createVeth();
for (const each of cases) {
  await using pump = await startCostPump(each);
  console.log(JSON.stringify(each));
  await waitUntil(() => existsSync(each.goPath), { what: each.goPath, deadlineMs: patienceMs });
  await runCostPump(pump, each);
}
