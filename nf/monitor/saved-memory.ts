import * as z from 'zod';
import { mostMembers } from './chain-file.js';

const savedMemberSchema = z.object({
  number: z.number().int().min(1).max(mostMembers),
  device: z.string(),
  queue: z.number().int(),
  ifindex: z.number().int().optional(),
  /**
   * What is known of the last socket that the function had there. `open`: it may be there, with frames of others on its
   * rings. `claimed`: those are its own. `gone`: the kernel has let go of it, and with it of all its frames.
   */
  left: z.enum(['open', 'claimed', 'gone']),
});

/** A memory that functions share, as one monitor leaves it to the next one. */
export const savedMemorySchema = z.object({
  chain: z.string(),
  id: z.string(),
  size: z.object({ frames: z.number().int(), frameSize: z.number().int() }),
  members: z.record(z.string(), savedMemberSchema),
});

export type SavedMember = Readonly<z.output<typeof savedMemberSchema>>;
export type SavedMemory = z.output<typeof savedMemorySchema>;
