import * as z from 'zod';
import { defineProgram } from '../../machine/program.js';
import { countSchema } from '../counting.js';

/** Who forwards: the loop of the demo's functions, or l2fwd in a language. */
export const forwarders = ['demo', 'c', 'rust', 'typescript'] as const;

export const functionCostSchema = countSchema
  .extend({
    forwarder: z.enum(forwarders),
    /** Packets that are there when it looks. */
    batch: z.number(),
  })
  .readonly();

export type Forwarder = (typeof forwarders)[number];
export type FunctionCost = z.infer<typeof functionCostSchema>;

/** Has functions forward packets in the middle of a chain, and says what one takes them. */
export const functionCostsProgram = defineProgram({
  name: 'function-costs',
  input: z.object({ batches: z.array(z.number()) }),
  event: functionCostSchema,
  output: z.array(functionCostSchema),
});
