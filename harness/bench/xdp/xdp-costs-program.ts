import { z } from 'zod';
import { defineProgram } from '../../machine/program.js';

const costSchema = z
  .object({
    /** What the program does, or that there is none. */
    what: z.string(),
    mode: z.enum(['none', 'native', 'generic']),
    /** Of a packet from its sender's sendto() to where it ends, measured twice. */
    instructions: z.tuple([z.number(), z.number()]).readonly(),
  })
  .readonly();

export type XdpCost = z.infer<typeof costSchema>;

/** Sends packets over a veth pair to each program of bpf/, in both modes, and to none. */
export const xdpCostsProgram = defineProgram({
  name: 'xdp-costs',
  input: z.object({}),
  event: costSchema,
  output: z.array(costSchema),
});
