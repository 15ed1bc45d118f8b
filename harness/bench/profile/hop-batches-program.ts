import * as z from 'zod';
import { costCaseSchema } from '../cost-cases.js';
import { defineProgram } from '../../machine/program.js';

/** A case, and the file at whose appearance it begins. */
const readyCaseSchema = costCaseSchema.unwrap().extend({ goPath: z.string() }).readonly();

export type ReadyCase = z.infer<typeof readyCaseSchema>;

/** Says when the sockets of a case are ready, waits for its file and sends batches; a case after the other. */
export const hopBatchesProgram = defineProgram({
  name: 'hop-batches',
  input: z.object({ cases: z.array(readyCaseSchema).readonly() }),
  event: readyCaseSchema,
  output: z.object({ cases: z.number() }),
});
