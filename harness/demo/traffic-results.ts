import * as z from 'zod';

export const pingSchema = z
  .object({
    sent: z.number(),
    lost: z.number(),
    /** If any came back. */
    roundTripMs: z.object({ average: z.number(), longest: z.number() }).readonly().optional(),
  })
  .readonly();

export const tcpSchema = z.object({ bytes: z.number(), sha256ok: z.boolean(), seconds: z.number() }).readonly();

export const udpSchema = z
  .object({
    sent: z.number(),
    received: z.number(),
    /** Sent to the port that a function filters, and not received there. */
    filtered: z.number(),
  })
  .readonly();

export type PingResult = z.infer<typeof pingSchema>;
export type TcpResult = z.infer<typeof tcpSchema>;
export type UdpResult = z.infer<typeof udpSchema>;
