import { existsSync } from 'node:fs';
import { functionCostsProgram, forwarders } from '../bench/functions/function-costs-program.js';
import type { Forwarder, FunctionCost } from '../bench/functions/function-costs-program.js';
import { openStage, type Stage } from '../bench/functions/stage.js';
import { countEach } from '../bench/counting.js';
import { serve } from '../machine/serve.js';
import { nativePaths } from '../native/build-native.js';

/** Until what the compiler of JavaScript makes of it has settled. */
const warmUps = 40;
const rounds = 20;

await serve(functionCostsProgram, async ({ batches }, tell) => {
  const { costs, add } = countEach<Omit<FunctionCost, 'instructions'>>(tell);
  for (const forwarder of forwarders.filter(isBuilt)) {
    await using stage = await openStage(forwarder);
    await warmUp(stage, forwarder);
    for (const batch of batches) await add({ forwarder, batch }, async () => (await mean(stage, batch)) / batch);
  }
  return costs;
});

/** Rust is not to be had everywhere. */
function isBuilt(forwarder: Forwarder): boolean {
  return forwarder !== 'rust' || existsSync(nativePaths.l2fwdRustRelease);
}

/** Beyond what it takes to be stopped and to go on. */
async function mean(stage: Stage, batch: number): Promise<number> {
  let nanoseconds = 0;
  for (let round = 0; round < rounds; round++) nanoseconds += (await stage.forward(batch)) - (await stage.forward(0));
  return nanoseconds / rounds;
}

async function warmUp(stage: Stage, forwarder: Forwarder): Promise<void> {
  for (let round = 0; round < (forwarder === 'typescript' ? warmUps : 1); round++) await stage.forward(64);
}
