import * as z from 'zod';
import { defineProgram } from '../machine/program.js';

/** Runs traffic through a chain of three functions, watches it as `flash top` does, and says what that takes. */
export const topCostProgram = defineProgram({
  name: 'top-cost',
  input: z.object({ looks: z.number(), intervalMs: z.number() }),
  event: z.object({ look: z.number(), nanoseconds: z.number() }),
  output: z.object({
    sockets: z.number(),
    hops: z.number(),
    /** Of the processor, for each look: in a guest that counts, of the program and of the kernel for it. */
    nanoseconds: z.array(z.number()),
    /** From the first look to the last. */
    elapsedNanoseconds: z.number(),
    /** Descriptors that hops moved in that time. */
    redirected: z.number(),
  }),
});

export type TopCost = z.infer<typeof topCostProgram.output>;
