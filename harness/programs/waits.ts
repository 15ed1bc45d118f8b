import { createVeth } from '../bench/cost-pump.js';
import { openWaiters, type Waiters } from '../bench/waits/waiters.js';
import { waitsProgram, type Wait, type WaitCase } from '../bench/waits/waits-program.js';
import { serve } from '../machine/serve.js';

await serve(waitsProgram, async ({ cases, turns }, tell) => {
  await using _veth = await createVeth();
  const waits: Wait[] = [];
  for (const each of cases) {
    using waiters = openWaiters(each.sources);
    const wait = { ...each, waitedMs: measure(waiters, each, turns) };
    tell(wait);
    waits.push(wait);
  }
  return waits;
});

/** Each turn begins elsewhere between two ticks. */
function measure(waiters: Waiters, { idleMs }: WaitCase, turns: number): number[] {
  return Array.from({ length: turns }, (_, turn) => waiters.turn(idleMs + turn / turns));
}
