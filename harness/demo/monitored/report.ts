import * as z from 'zod';

const count = z.number();

/** How many of a few packets ended where while nobody was the function. */
const withoutSchema = z.object({ wire: count, waits: count, dropped: count, host: count }).readonly();

const functionSchema = z
  .object({
    name: z.string(),
    user: z.string(),
    place: z.string(),
    to: z.array(z.string()).readonly(),
    received: count,
    sent: count,
    /** Packets that the file leads through it. */
    expected: count,
    without: withoutSchema,
  })
  .readonly();

export const chainFileReportSchema = z
  .object({
    ok: z.boolean(),
    /** Why it is not ok, as sentences. */
    problems: z.array(z.string()).readonly(),
    chain: z.string(),
    kernel: z.string(),
    seconds: z.number(),
    packets: z.object({ sent: count, arrived: count, dropped: count, host: count }).readonly(),
    functions: z.array(functionSchema).readonly(),
    devices: z.array(z.object({ name: z.string(), received: count, sent: count }).readonly()).readonly(),
  })
  .readonly();

export const chainFileEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('phase'), phase: z.string() }),
  /** Before a shell is left in the guest: where the monitor listens. */
  z.object({ kind: z.literal('report'), report: chainFileReportSchema, socket: z.string() }),
]);

export type Without = z.infer<typeof withoutSchema>;
export type FunctionFigures = z.infer<typeof functionSchema>;
export type ChainFileReport = z.infer<typeof chainFileReportSchema>;
export type ChainFileEvent = z.infer<typeof chainFileEventSchema>;
