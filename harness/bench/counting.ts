import * as z from 'zod';
import { guest, type GuestMachineOptions } from '../machine/guest.js';
import type { Machine } from '../machine/machine.js';

/** One processor whose clock is the number of instructions it has run: a nanosecond is one. */
export const countingMachine = { accel: 'tcg', cpus: 1, extraQemuArgs: ['-icount shift=0,sleep=off'] } as const;

/** Of a processor of which a nanosecond is one instruction. */
export const instructionsPerSecond = 1e9;

/** Boots a kernel on such a processor for each program that it runs. */
export function countingGuest({ deadlineMs, ...options }: CountingGuestOptions): Machine {
  return guest({ ...countingMachine, ...options, deadlineMs, bootDeadlineMs: deadlineMs });
}

type CountingGuestOptions = Pick<GuestMachineOptions, 'image' | 'nics' | 'memoryMb'> & { readonly deadlineMs: number };

/** Two measurements of the same, which should hardly differ there. */
export const countSchema = z.object({ instructions: z.tuple([z.number(), z.number()]).readonly() });

export type Count = Readonly<z.infer<typeof countSchema>>;

/** Measures one thing after the other, each twice, and tells what came out. */
export function countEach<What extends object>(
  tell: (cost: What & Count) => void,
): {
  readonly costs: (What & Count)[];
  readonly add: (what: What, measure: () => Promise<number>) => Promise<void>;
} {
  const costs: (What & Count)[] = [];
  return {
    costs,
    async add(what, measure) {
      const cost = { ...what, instructions: [await measure(), await measure()] as const };
      tell(cost);
      costs.push(cost);
    },
  };
}

/** The smaller of the two: nothing makes a packet cheaper than it is. */
export function best({ instructions }: Count): number {
  return Math.min(...instructions);
}

/** How far the two are apart, as a share of the smaller. */
export function spread({ instructions }: Count): number {
  return (Math.max(...instructions) - Math.min(...instructions)) / Math.min(...instructions);
}

/** A packet's instructions, and packets a second, as a table shows them. */
export function countCells(count: Count): [string, string] {
  const least = best(count);
  return [least.toFixed(0), `${(instructionsPerSecond / least / 1000).toFixed(0)} k`];
}
