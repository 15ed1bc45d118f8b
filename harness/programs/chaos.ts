import { serve } from '../machine/serve.js';
import { runEpisode } from '../suites/chaos/episode.js';
import type { EpisodeResult } from '../suites/chaos/episode-result.js';
import { testbed, useTestbed } from '../suites/guest/support/testbed.js';
import { chaosProgram } from '../suites/chaos/chaos-program.js';

await serve(chaosProgram, async ({ seconds, seed, nic }, tell) => {
  useTestbed(nic);
  const endMs = Date.now() + seconds * 1000;
  const episodes: EpisodeResult[] = [];
  let failed = false;
  do {
    const episode = await runEpisode(seed + episodes.length);
    failed = episode.problems.length > 0;
    tell({ steps: episode.steps });
    episodes.push(episode);
  } while (!failed && Date.now() < endMs);
  if (!failed) await testbed.dispose();
  return episodes;
});
