import * as z from 'zod';
import { contenderNames } from './contenders.js';

/** What a stage does when there is nothing to do: ask again, sleep, or have the driver polled. */
const waitSchema = z.enum(['spin', 'block', 'busy']);

/** A chain: a source, functions, a sink. */
const chainSchema = z.object({
  contender: z.enum(contenderNames),
  functions: z.number(),
  packetBytes: z.number(),
  batch: z.number(),
  wait: waitSchema,
});

/**
 * throughput: as many packets as the chain takes. rates: the highest rate without loss, and the
 * latency at shares of it. blocked: what a source costs whose chain takes nothing.
 */
export const jobSchema = chainSchema
  .extend({ kind: z.enum(['throughput', 'rates', 'blocked']), repetition: z.number() })
  .readonly();

const planSchema = z.object({
  jobs: z.array(jobSchema).readonly(),
  seed: z.number(),
  repetitions: z.number(),
  warmUpMs: z.number(),
  measureMs: z.number(),
  ringSize: z.number(),
});

/** What is to be done of a plan, as whoever does it is told. */
export const assignmentSchema = planSchema
  .extend({
    /** The devices that the virtual functions of a NIC have, where one was named. */
    virtualFunctions: z.array(z.number()).readonly(),
  })
  .readonly();

export type Wait = z.infer<typeof waitSchema>;
export type Chain = Readonly<z.infer<typeof chainSchema>>;
export type Job = z.infer<typeof jobSchema>;
export type Plan = Readonly<z.infer<typeof planSchema>>;
export type Assignment = z.infer<typeof assignmentSchema>;
