import * as z from 'zod';
import { chainEventSchema, chainReportSchema } from './report.js';
import { defineProgram } from '../machine/program.js';
import { ownModels } from '../nics/model.js';

/** The chain of the demo, with traffic through it. */
export const chainProgram = defineProgram({
  name: 'chain',
  input: z.object({
    separateUmem: z.boolean(),
    /** Wires between emulated NICs of this model instead of veth pairs. */
    nic: z.enum(ownModels).optional(),
    /** Gives the machine's terminal to a shell, with the chain in place, before it is taken down. */
    keep: z.boolean(),
  }),
  event: chainEventSchema,
  output: chainReportSchema,
});
