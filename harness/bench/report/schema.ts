import * as z from 'zod';

/** What the repetitions of one measurement gave. */
const figure = z.object({
  median: z.number(),
  min: z.number(),
  max: z.number(),
  samples: z.number().int().positive(),
  /** All of them, in their order; null where one failed. */
  byRepetition: z.array(z.number().nullable()),
});
export type Figure = z.infer<typeof figure>;

const chain = z.object({
  contender: z.string(),
  functions: z.number().int(),
  packetBytes: z.number().int(),
  batch: z.number().int(),
  wait: z.enum(['spin', 'block', 'busy']),
});

const held = z.object({
  ring: z.string(),
  batch: z.number().int(),
  threads: z.number().int(),
  holdUs: z.number(),
  othersShare: figure,
  longestWaitUs: figure,
  longestWaitUnheldUs: figure,
});

const redirect = z.object({
  hop: z.string(),
  packetBytes: z.number().int(),
  batch: z.number().int(),
  cyclesPerPacket: figure,
  nsPerPacket: figure,
});

/** report.json. Rates are packets per second, times nanoseconds. */
export const reportSchema = z.object({
  version: z.literal(2),
  made: z.string(),
  size: z.enum(['quick', 'full']),
  conditions: z.object({
    place: z.string(),
    kernel: z.string(),
    cpus: z.number().int(),
    cpuModel: z.string(),
    hostCpus: z.number().int(),
    hostCpuModel: z.string(),
    node: z.string(),
    repetitions: z.number().int(),
    seed: z.number().int(),
    warmUpMs: z.number(),
    measureMs: z.number(),
    ringSize: z.number().int(),
    frameBytes: z.number().int(),
    umem: z.string(),
    /** Of the processors, just before something was measured; the most there was. */
    othersPercent: z.number().int(),
  }),
  throughput: z.array(
    chain.extend({ pps: figure, hopsPerCoreSecond: figure, lost: z.number(), reordered: z.number() }),
  ),
  rates: z.array(
    chain.extend({
      lossFreePps: figure,
      latencies: z.array(z.object({ share: z.number(), p50Ns: figure, p99Ns: figure, p999Ns: figure, maxNs: figure })),
    }),
  ),
  blocked: z.array(chain.extend({ cpuShare: figure })),
  instructions: z.array(
    z.object({
      kernel: z.string(),
      path: z.string(),
      batch: z.number().int(),
      packetBytes: z.number().int(),
      instructions: figure,
    }),
  ),
  rings: z.array(
    z.object({
      ring: z.string(),
      object: z.string(),
      batch: z.number().int(),
      threads: z.number().int(),
      cyclesPerObject: figure,
      nsPerObject: figure,
      share: figure.optional(),
    }),
  ),
  // Reports that were made before have neither.
  held: z.array(held).default([]),
  redirects: z.array(redirect).default([]),
  notRun: z.array(z.object({ what: z.string(), reason: z.string() })),
  goals: z.array(
    z.object({
      what: z.string(),
      limit: z.string(),
      value: z.string(),
      verdict: z.enum(['met', 'MISSED', 'not measured']),
    }),
  ),
});

export type Report = z.infer<typeof reportSchema>;
export type Throughput = Report['throughput'][number];
export type Goal = Report['goals'][number];
