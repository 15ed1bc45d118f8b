import * as z from 'zod';
import { defineProgram } from '../machine/program.js';
import { ownModels } from '../nics/model.js';

export const roundSchema = z
  .object({
    /** Of the whole round, with building the chain and taking it down. */
    seconds: z.number(),
    /** Since the machine started: another name every time it does. */
    boot: z.string(),
    kernel: z.string(),
    separateUmem: z.boolean(),
    /** What did not add up, as sentences. */
    problems: z.array(z.string()).readonly(),
    downloaded: z.object({ bytes: z.number(), seconds: z.number() }).readonly(),
    /** Packets, by all hops. */
    redirected: z.number(),
    copied: z.number(),
    dropped: z.number(),
    roundTripMs: z.object({ average: z.number(), longest: z.number() }).readonly().optional(),
    /** After the chain is gone: AF_XDP sockets beyond those before the first round, and what the kernel holds for good. */
    socketsLeft: z.number(),
    kernelKib: z.number(),
  })
  .readonly();

export type Round = z.infer<typeof roundSchema>;

/** Builds the chain of the demo, has traffic go through it, accounts for all and takes it down, over and over. */
export const soakProgram = defineProgram({
  name: 'soak',
  input: z.object({
    seconds: z.number(),
    /** For how long a round downloads. */
    downloadSeconds: z.number(),
    /** Those that were before: functions have a UMEM in common and one each in turn. */
    roundsBefore: z.number(),
    nic: z.enum(ownModels).optional(),
  }),
  event: roundSchema,
  output: z.null(),
});
