import * as z from 'zod';
import { defineProgram } from '../../machine/program.js';

const caseSchema = z
  .object({
    /** That wait at one target, each with a packet. */
    sources: z.number(),
    /** For how long the target takes nothing before it makes room. */
    idleMs: z.number(),
  })
  .readonly();

const waitSchema = caseSchema
  .unwrap()
  .extend({
    /** From then until the last of the packets has arrived, each time that it was tried. */
    waitedMs: z.array(z.number()).readonly(),
  })
  .readonly();

export type WaitCase = z.infer<typeof caseSchema>;
export type Wait = z.infer<typeof waitSchema>;

/** Has sources wait at a target that makes room and calls nothing, and says how long they do. */
export const waitsProgram = defineProgram({
  name: 'waits',
  input: z.object({ cases: z.array(caseSchema), turns: z.number() }),
  event: waitSchema,
  output: z.array(waitSchema),
});
