import * as z from 'zod';
import { defineProgram } from '../../machine/program.js';
import { episodeSchema } from './episode-result.js';
import { nicTestbedSchema } from '../testbed-options.js';

/**
 * Episodes one after the other, until one fails or the time is over. There is at least one; the first
 * has the seed that is given, each one after it the next.
 */
export const chaosProgram = defineProgram({
  name: 'chaos',
  input: z.object({ seconds: z.number(), seed: z.number(), nic: nicTestbedSchema.optional() }),
  event: z.object({ steps: z.number() }),
  output: z.array(episodeSchema),
});
