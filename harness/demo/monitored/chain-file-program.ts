import * as z from 'zod';
import { defineProgram } from '../../machine/program.js';
import { chainFileEventSchema, chainFileReportSchema } from './report.js';

/** A chain as a file describes it, run by the monitor, with traffic through it. */
export const chainFileProgram = defineProgram({
  name: 'chain-file',
  input: z.object({
    /** What the file is called in messages. */
    file: z.string(),
    text: z.string(),
    /** Gives the machine's terminal to a shell, with the chain in place, before it is taken down. */
    keep: z.boolean(),
  }),
  event: chainFileEventSchema,
  output: chainFileReportSchema,
});
