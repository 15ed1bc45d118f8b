import type { EpisodeResult } from './episode-result.js';
import { checkQuiet, wakeAll } from './quiet.js';
import { perform } from './perform.js';
import { seededRandom } from './random.js';
import { describeStep, makeSteps } from './steps.js';
import { makeWorld } from './world.js';

/** Some dozen steps and a few quiet moments, all of which follow from the seed. */
export async function runEpisode(seed: number): Promise<EpisodeResult> {
  await using world = await makeWorld();
  const packetsOnWire = await world.device.packetsOnWire();
  const done: string[] = [];
  let quietMoments = 0;
  for (const step of makeSteps(seededRandom(seed))) {
    done.push(describeStep(step));
    const problems = await problemsOf(async () => {
      if (step.op === 'quiet') {
        quietMoments++;
        return checkQuiet(world, packetsOnWire);
      }
      const problem = await perform(world, step);
      return problem === undefined ? [] : [problem];
    });
    if (problems.length > 0) return { seed, steps: done.length, quietMoments, problems, done };
  }
  const problems = await wakeAll(world);
  return { seed, steps: done.length, quietMoments, problems, done: problems.length === 0 ? [] : done };
}

/** A packet that is torn, or a frame too few, is thrown. */
async function problemsOf(work: () => Promise<string[]>): Promise<string[]> {
  try {
    return await work();
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
