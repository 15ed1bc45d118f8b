import * as z from 'zod';

export const episodeSchema = z
  .object({
    seed: z.number(),
    steps: z.number(),
    quietMoments: z.number(),
    /** What was wrong, after the last of the steps that are listed. */
    problems: z.array(z.string()).readonly(),
    done: z.array(z.string()).readonly(),
  })
  .readonly();

export type EpisodeResult = z.infer<typeof episodeSchema>;
