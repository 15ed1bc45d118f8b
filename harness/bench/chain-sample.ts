import * as z from 'zod';
import { jobSchema } from './chains/plan.js';
import { hopsResultSchema, ratesResultSchema } from './chains/results.js';

/** What is measured where the chains run: first the machine, then a job after the other. */
export const chainSampleSchema = z.union([
  z.object({ of: z.literal('machine'), kernel: z.string(), cpus: z.number(), cpuModel: z.string() }).readonly(),
  z
    .object({ of: z.literal('chain'), job: jobSchema, result: z.union([hopsResultSchema, ratesResultSchema]) })
    .readonly(),
  z.object({ of: z.literal('chain'), job: jobSchema, failure: z.string() }).readonly(),
]);

export type ChainSample = z.infer<typeof chainSampleSchema>;
