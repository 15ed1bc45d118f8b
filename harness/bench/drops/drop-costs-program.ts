import { z } from 'zod';
import { defineProgram } from '../../machine/program.js';

const costSchema = z
  .object({
    /** What drops the packets, or that nothing does. */
    what: z.string(),
    /** Of a packet from its sender's sendto() to where it ends, measured twice. */
    instructions: z.tuple([z.number(), z.number()]).readonly(),
  })
  .readonly();

export type DropCost = z.infer<typeof costSchema>;

/** Sends packets over a veth pair to each of what can drop them. */
export const dropCostsProgram = defineProgram({
  name: 'drop-costs',
  input: z.object({}),
  event: costSchema,
  output: z.array(costSchema),
});
