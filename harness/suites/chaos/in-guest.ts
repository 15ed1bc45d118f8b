import { testbed } from '../guest/testbed.js';
import { runEpisode } from './episode.js';

/*
 * in-guest.js SECONDS SEED: episodes one after the other, each a line of JSON, until one fails or the time
 * is over. There is at least one; the first has the seed that was given.
 */
const [seconds = 60, seed = 1] = process.argv.slice(2).map(Number);
const endMs = Date.now() + seconds * 1000;
let episode = seed;
let failed = false;
do {
  const result = await runEpisode(episode++);
  failed = result.problems.length > 0;
  console.log(JSON.stringify(result));
} while (!failed && Date.now() < endMs);
if (!failed) await testbed.dispose();
