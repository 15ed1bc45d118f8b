import * as z from 'zod';
import { costSchema } from './cost-cases.js';
import { defineProgram } from '../machine/program.js';
import { nicModels } from '../nics/model.js';

/** Measures every case its kernel can run on a veth pair, or on two ports of a NIC, twice. */
export const costsProgram = defineProgram({
  name: 'costs',
  input: z.object({ nic: z.enum(nicModels).optional() }),
  event: costSchema,
  output: z.array(costSchema),
});
