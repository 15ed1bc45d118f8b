import * as z from 'zod';
import { chainSampleSchema } from './chain-sample.js';
import { assignmentSchema } from './chains/plan.js';
import { defineProgram } from '../machine/program.js';

/** Does the jobs of a plan one after the other. A job that fails is told, too. */
export const benchChainsProgram = defineProgram({
  name: 'bench-chains',
  input: assignmentSchema,
  event: chainSampleSchema,
  output: z.object({ jobs: z.number() }),
});
