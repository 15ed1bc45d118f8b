import * as z from 'zod';
import { defineProgram } from '../../machine/program.js';

/** How a program takes the place of another one in a running chain. */
export const replacements = ['beside', 'stopped', 'killed'] as const;

const replacementSchema = z
  .object({
    how: z.enum(replacements),
    /** From the command, or the signal, until the first packet has gone through the new one. */
    untilNewMs: z.number(),
    /** The longest time in which no packet arrived, from then on. */
    longestGapMs: z.number(),
    sent: z.number(),
    lost: z.number(),
  })
  .readonly();

const crowdSchema = z
  .object({
    functions: z.number(),
    /** Of the monitor: resident memory that is its own, in bytes. */
    memory: z.number(),
    /** Instructions of the monitor: for a function that joins, to say how the chain is, to apply what is so already. */
    join: z.number(),
    status: z.number(),
    apply: z.number(),
    /** In a second in which nothing happens. */
    idle: z.number(),
  })
  .readonly();

export type Replacement = z.infer<typeof replacementSchema>;
export type Crowd = z.infer<typeof crowdSchema>;

/** Has the monitor replace functions under load, and serve many of them. */
export const monitorCostsProgram = defineProgram({
  name: 'monitor-costs',
  input: z.object({ crowds: z.array(z.number()), packetsPerSecond: z.number() }),
  event: z.object({ measured: z.string() }),
  output: z.object({ replaced: z.array(replacementSchema), crowds: z.array(crowdSchema) }),
});
