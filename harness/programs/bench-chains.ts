import { cpus, release } from 'node:os';
import type { ChainSample } from '../bench/chain-sample.js';
import { createDevices } from '../bench/chains/devices.js';
import type { Assignment, Job } from '../bench/chains/plan.js';
import { measureRates, measureThroughput } from '../bench/chains/rates.js';
import { runHops, type HopsOptions } from '../bench/chains/run-hops.js';
import { placeVirtualFunctions } from '../bench/chains/vfs.js';
import { serve } from '../machine/serve.js';
import { benchChainsProgram } from '../bench/bench-chains-program.js';

await serve(benchChainsProgram, async (assignment, tell) => {
  tell({ of: 'machine', kernel: release(), cpus: cpus().length, cpuModel: cpus()[0]?.model ?? 'unknown' });
  await using _devices = await createDevices();
  if (assignment.virtualFunctions.length > 0) await placeVirtualFunctions(assignment.virtualFunctions);
  for (const job of assignment.jobs) {
    try {
      tell({ of: 'chain', job, result: await measure(job, assignment) });
    } catch (error) {
      tell({ of: 'chain', job, failure: error instanceof Error ? error.message : String(error) });
    }
  }
  return { jobs: assignment.jobs.length };
});

async function measure(
  job: Job,
  { warmUpMs, measureMs, ringSize }: Assignment,
): Promise<Extract<ChainSample, { result: unknown }>['result']> {
  const options: HopsOptions = { ...job, warmUpMs, measureMs, ringSize };
  if (job.kind === 'rates') return measureRates(options);
  return job.kind === 'blocked' ? runHops({ ...options, sinkStops: true }) : measureThroughput(options);
}
