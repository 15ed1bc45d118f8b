import * as z from 'zod';
import type { PumpOptions } from '../native/pump.js';
import { countSchema } from './counting.js';

/** Where a packet goes when its sender calls sendto(). */
const pathSchema = z.enum(['wire', 'zero-copy hop', 'copy hop', 'NAPI hop']);

export const costCaseSchema = z.object({ path: pathSchema, batch: z.number(), packetBytes: z.number() }).readonly();

export const costSchema = costCaseSchema.unwrap().extend(countSchema.shape).readonly();

export type CostCase = z.infer<typeof costCaseSchema>;
export type Cost = z.infer<typeof costSchema>;

const batches = [1, 8, 32, 64] as const;

/** A socket on no route: the only one a kernel without FLASH can run. */
export const wireCases: readonly CostCase[] = [
  { path: 'wire', batch: 64, packetBytes: 64 },
  { path: 'wire', batch: 1, packetBytes: 64 },
  { path: 'wire', batch: 64, packetBytes: 1500 },
];

export const hopCases: readonly CostCase[] = [
  ...batches.map((batch): CostCase => ({ path: 'zero-copy hop', batch, packetBytes: 64 })),
  { path: 'zero-copy hop', batch: 64, packetBytes: 1500 },
  { path: 'copy hop', batch: 64, packetBytes: 64 },
  { path: 'copy hop', batch: 64, packetBytes: 1500 },
];

/** Zero-copy, from one port of a NIC to another, in the driver's NAPI poll, which a busy-polling sendto() runs. */
export const nicCases: readonly CostCase[] = batches.map((batch) => ({ path: 'NAPI hop', batch, packetBytes: 64 }));

export function pumpOptions({ path, batch, packetBytes }: CostCase): Partial<PumpOptions> {
  const onNic = path === 'NAPI hop' ? { zeroCopy: true, busyPoll: true, targetIfname: 'b' } : {};
  return { batch, packetBytes, wire: path === 'wire', separate: path === 'copy hop', ...onNic };
}
