import * as z from 'zod';
import { failureKinds } from '../errors.js';

/**
 * What a program of harness/programs/ takes, tells while it runs, and returns. Both sides check all of
 * it: who calls and who is called may be different machines.
 */
export interface Program<Input extends z.ZodType, Event extends z.ZodType, Output extends z.ZodType> {
  /** Its file in harness/programs/, without the extension. */
  readonly name: string;
  readonly input: Input;
  readonly event: Event;
  readonly output: Output;
}

export function defineProgram<Input extends z.ZodType, Event extends z.ZodType, Output extends z.ZodType>(
  program: Program<Input, Event, Output>,
): Program<Input, Event, Output> {
  return program;
}

/** A line of JSON that a program prints. Its output or its failure is the last one. */
export const messageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('event'), event: z.unknown() }),
  z.object({ kind: z.literal('output'), output: z.unknown() }),
  z.object({
    kind: z.literal('failure'),
    failure: z.enum(failureKinds),
    message: z.string(),
    advice: z.string().optional(),
    logTail: z.string().optional(),
  }),
]);

export type Message = z.infer<typeof messageSchema>;
