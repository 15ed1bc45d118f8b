import { createVeth } from '../bench/cost-pump.js';
import { openWaiters, type Waiters } from '../bench/waits/waiters.js';
import { waitsProgram, type Wait, type WaitCase } from '../bench/waits/waits-program.js';
import { serve } from '../machine/serve.js';

/** A little more than a period of the timer at its longest: each turn makes room elsewhere in it. */
const periodMs = 17;

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

function measure(waiters: Waiters, { idleMs }: WaitCase, turns: number): number[] {
  return Array.from({ length: turns }, (_, turn) => waiters.turn(idleMs + (periodMs * turn) / turns));
}
