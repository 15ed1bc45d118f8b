import * as z from 'zod';
import { ownModels } from '../nics/model.js';
import { pingSchema, tcpSchema, udpSchema } from './traffic-results.js';

const count = z.number();
const hopReportSchema = z
  .object({
    from: z.string(),
    to: z.string(),
    /** Packets the kernel moved from the one to the other. */
    redirected: count,
    /** Of those, the ones whose bytes were copied. */
    copied: count,
    dropped: count,
    bytes: count,
  })
  .readonly();

/** A step between a device and a socket: the two ends of a chain. */
const wireReportSchema = z
  .object({
    from: z.string(),
    to: z.string(),
    packets: count,
    bytes: count,
    /** By cause; only those that happened. */
    drops: z.record(z.string(), count).readonly(),
  })
  .readonly();

/** One direction of a wire that counts by itself, beside the only one that has a reason to send there. */
const carriedReportSchema = z
  .object({ from: z.string(), to: z.string(), frames: count, sender: z.string(), sent: count })
  .readonly();

const socketReportSchema = z
  .object({
    name: z.string(),
    flashId: z.number(),
    umem: z.number(),
    rxPackets: count,
    txPackets: count,
    filteredPackets: count,
    zeroCopyDriver: z.boolean(),
    stats: z.record(z.string(), count).readonly(),
  })
  .readonly();

const umemReportSchema = z
  .object({
    umem: z.number(),
    frames: count,
    /** Frames accounted for before the traffic and after it. */
    start: count,
    end: count,
    stashed: count,
  })
  .readonly();

export const chainReportSchema = z
  .object({
    ok: z.boolean(),
    /** Why it is not ok, as sentences. */
    problems: z.array(z.string()).readonly(),
    kernel: z.string(),
    seconds: z.number(),
    sharedUmem: z.boolean(),
    /** The NIC whose driver serves the sockets in zero-copy mode, if one does. */
    nic: z.enum(ownModels).optional(),
    hops: z.array(hopReportSchema).readonly(),
    wires: z.array(wireReportSchema).readonly(),
    carried: z.array(carriedReportSchema).readonly(),
    umems: z.array(umemReportSchema).readonly(),
    sockets: z.array(socketReportSchema).readonly(),
    traffic: z.object({ ping: pingSchema, tcp: tcpSchema, udp: udpSchema }).readonly(),
  })
  .readonly();

/** Counters at one moment, for a picture of what goes on. */
const liveSampleSchema = z
  .object({
    seconds: z.number(),
    hops: z.array(z.object({ from: z.string(), to: z.string(), packets: count }).readonly()).readonly(),
    wires: z.array(z.object({ from: z.string(), to: z.string(), packets: count, bytes: count }).readonly()).readonly(),
  })
  .readonly();

export const chainEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('phase'), phase: z.string() }),
  z.object({ kind: z.literal('sample'), sample: liveSampleSchema }),
  z.object({ kind: z.literal('report'), report: chainReportSchema }),
]);

export type HopReport = z.infer<typeof hopReportSchema>;
export type WireReport = z.infer<typeof wireReportSchema>;
export type CarriedReport = z.infer<typeof carriedReportSchema>;
export type SocketReport = z.infer<typeof socketReportSchema>;
export type UmemReport = z.infer<typeof umemReportSchema>;
export type ChainReport = z.infer<typeof chainReportSchema>;
export type LiveSample = z.infer<typeof liveSampleSchema>;
export type ChainEvent = z.infer<typeof chainEventSchema>;
