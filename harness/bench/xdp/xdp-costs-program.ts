import * as z from 'zod';
import { defineProgram } from '../../machine/program.js';
import { countSchema } from '../counting.js';

/** Of a packet from its sender's sendto() to where it ends. */
const costSchema = countSchema.extend({
  /** What the program does, or that there is none. */
  what: z.string(),
  mode: z.enum(['none', 'native', 'generic']),
});

export type XdpCost = Readonly<z.infer<typeof costSchema>>;

/** Sends packets over a veth pair to each program of bpf/, in both modes, and to none. */
export const xdpCostsProgram = defineProgram({
  name: 'xdp-costs',
  input: z.object({}),
  event: costSchema,
  output: z.array(costSchema),
});
