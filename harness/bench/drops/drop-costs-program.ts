import * as z from 'zod';
import { defineProgram } from '../../machine/program.js';
import { countSchema } from '../counting.js';

/** Of a packet from its sender's sendto() to where it ends. */
const costSchema = countSchema.extend({
  /** What drops the packets, or that nothing does. */
  what: z.string(),
});

export type DropCost = Readonly<z.infer<typeof costSchema>>;

/** Sends packets over a veth pair to each of what can drop them. */
export const dropCostsProgram = defineProgram({
  name: 'drop-costs',
  input: z.object({}),
  event: costSchema,
  output: z.array(costSchema),
});
