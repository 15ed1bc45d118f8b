import * as z from 'zod';
import { defineProgram } from '../machine/program.js';
import { nicModels } from '../nics/model.js';
import { testRunSchema } from './xskxceiver-output.js';

const inputSchema = z.object({
  /** Where the kernel's own AF_XDP suite was built. */
  directory: z.string(),
  /** Two ports of it in place of veth pairs. */
  nic: z.enum(nicModels).optional(),
  /** All of them, without. */
  tests: z.array(z.string()).readonly().optional(),
  /** How often a test is tried until it passes. */
  attempts: z.number(),
});

/** What of the suite to run. */
export type Selection = Readonly<Omit<z.infer<typeof inputSchema>, 'directory'>>;

/** Tests of the kernel's own AF_XDP suite. */
export const xskxceiverProgram = defineProgram({
  name: 'xskxceiver',
  input: inputSchema,
  event: testRunSchema,
  output: z.array(testRunSchema),
});
