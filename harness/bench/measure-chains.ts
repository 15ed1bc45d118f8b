import { readFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { createDevices } from './chains/devices.js';
import type { Job, PlanFile } from './chains/jobs.js';
import { measureRates, measureThroughput } from './chains/rates.js';
import { runHops, type HopsOptions } from './chains/run-hops.js';
import { placeVirtualFunctions } from './chains/vfs.js';
import type { Sample } from './samples.js';

/**
 * Runs where the chains are measured, a guest or this machine: does the jobs of the plan whose file
 * it is told, one after the other, a line of JSON each.
 */
const [planFile = ''] = process.argv.slice(2);
const plan = JSON.parse(readFileSync(planFile, 'utf8')) as PlanFile;
const print = (sample: Sample): void => console.log(JSON.stringify(sample));

print({ of: 'machine', kernel: release(), cpus: cpus().length, cpuModel: cpus()[0]?.model ?? 'unknown' });
await using _devices = await createDevices();
if (plan.virtualFunctions.length > 0) await placeVirtualFunctions(plan.virtualFunctions);
for (const job of plan.jobs) {
  try {
    print({ of: 'chain', job, result: await measure(job) });
  } catch (error) {
    print({ of: 'chain', job, failure: error instanceof Error ? error.message : String(error) });
  }
}

async function measure(job: Job): Promise<Extract<Sample, { result: unknown }>['result']> {
  const { warmUpMs, measureMs, ringSize } = plan;
  const options: HopsOptions = { ...job, warmUpMs, measureMs, ringSize };
  if (job.kind === 'rates') return measureRates(options);
  return job.kind === 'blocked' ? runHops({ ...options, sinkStops: true }) : measureThroughput(options);
}
