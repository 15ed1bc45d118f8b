import * as z from 'zod';

const latencySchema = z
  .object({
    count: z.number(),
    min: z.number(),
    p50: z.number(),
    p90: z.number(),
    p99: z.number(),
    p999: z.number(),
    max: z.number(),
    mean: z.number(),
  })
  .readonly();

/** What native/hops prints: counts of its measuring window, times in nanoseconds. */
export const hopsResultSchema = z
  .object({
    seconds: z.number(),
    sent: z.number(),
    received: z.number(),
    lost: z.number(),
    reordered: z.number(),
    pps: z.number(),
    /** Of each stage, from the source to the sink. */
    cpuSeconds: z.array(z.number()).readonly(),
    latencyNs: latencySchema,
  })
  .readonly();

/** The latency at a share of the highest rate without loss. */
const latencyAtRateSchema = z.object({ share: z.number(), ratePps: z.number(), latencyNs: latencySchema }).readonly();

export const ratesResultSchema = z
  .object({ lossFreePps: z.number(), latencies: z.array(latencyAtRateSchema).readonly() })
  .readonly();

export type Latency = z.infer<typeof latencySchema>;
export type HopsResult = z.infer<typeof hopsResultSchema>;
export type LatencyAtRate = z.infer<typeof latencyAtRateSchema>;
export type RatesResult = z.infer<typeof ratesResultSchema>;
