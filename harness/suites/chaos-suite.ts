import { startClock } from '../host/duration.js';
import { withProgress } from '../host/progress.js';
import { guest } from '../machine/guest.js';
import type { Machine } from '../machine/machine.js';
import { runProgram } from '../machine/run-program.js';
import { buildImage } from '../kernel/build/image.js';
import { chosenBase } from '../kernel/source/base.js';
import { buildNative } from '../native/build-native.js';
import type { NicModel } from '../nics/model.js';
import { startNicPair } from '../machine/guest/nic-pair.js';
import { chaosProgram } from './chaos/chaos-program.js';
import type { EpisodeResult } from './chaos/episode-result.js';
import { devicesFor, type DeviceName } from './devices.js';
import { portsOfPair, type NicTestbedOptions } from './testbed-options.js';
import { runAtOnce } from './run-at-once.js';
import type { Suite, SuiteResult, TestResult } from './suite.js';
import { toItsEnd } from './to-its-end.js';

export interface ChaosOptions {
  readonly device: DeviceName;
  readonly image: string;
  readonly seconds: number;
  readonly seed: number;
}

const [cpusOfNics, memoryMb] = [9, 3072];
const slackMs = 600_000;

/** Sockets that send, take, sleep, close and are led elsewhere in an order that follows from a seed. */
export async function runChaos({
  device,
  image,
  seconds,
  seed,
}: ChaosOptions): Promise<SuiteResult & { readonly steps: number }> {
  await buildNative();
  await using nics = device === 'veth' ? undefined : await startNicPair(device as NicModel);
  const nic =
    nics === undefined
      ? undefined
      : { model: device as NicModel, driverRedirects: true, ports: portsOfPair(device as NicModel) };
  const onNics = nics === undefined ? {} : { nics, cpus: cpusOfNics, memoryMb };
  const machine = guest({ image, deadlineMs: seconds * 1000 + slackMs, ...onNics });
  return await runChaosOn(machine, { device, nic, seconds, seed });
}

export interface ChaosOnOptions extends Omit<ChaosOptions, 'image'> {
  readonly nic: NicTestbedOptions | undefined;
}

/** The same on a machine that is there. */
export async function runChaosOn(
  machine: Machine,
  { device, nic, seconds, seed }: ChaosOnOptions,
): Promise<SuiteResult & { readonly steps: number }> {
  const tookSeconds: number[] = [];
  const episodes = await withProgress((onProgress) => {
    let [steps, elapsed] = [0, startClock()];
    onProgress({ kind: 'phase', phase: `chaos on ${device}, seed ${seed}`, unit: 'steps' });
    return runProgram(
      machine,
      chaosProgram,
      { seconds, seed, nic },
      {
        onStart() {
          [steps, elapsed] = [0, startClock()];
          tookSeconds.length = 0;
        },
        onEvent(episode) {
          tookSeconds.push(elapsed());
          [steps, elapsed] = [steps + episode.steps, startClock()];
          onProgress({ kind: 'step', done: steps, total: undefined });
        },
      },
    );
  });
  const tests = episodes.map((episode, index) => ({ ...judge(device, episode), seconds: tookSeconds[index] }));
  return { tests, steps: episodes.reduce((sum, { steps }) => sum + steps, 0) };
}

function judge(device: string, episode: EpisodeResult): TestResult {
  const title = `chaos on ${device}, seed ${episode.seed}`;
  return episode.problems.length === 0
    ? { title, outcome: 'passed' }
    : { title, outcome: 'failed', detail: describe(device, episode) };
}

/** What was wrong and the steps to there; the same seed has the same steps. */
function describe(device: string, { seed, problems, done }: EpisodeResult): string {
  return [
    ...problems,
    `again: npm run test:chaos -- --device ${device} --seconds 1 --seed ${seed}`,
    ...done.map((step, index) => `${String(index + 1).padStart(3)}  ${step}`),
  ].join('\n');
}

const [usualSeconds, usualSeed] = [12, 1];

/** A minute of it. */
export const chaosSuite: Suite = {
  name: 'chaos',
  async run({ image, config }) {
    const bootImage = image ?? (await buildImage({ config }));
    const runOn = (device: DeviceName): Promise<SuiteResult> =>
      runChaos({ device, image: bootImage, seconds: usualSeconds, seed: usualSeed });
    return runAtOnce(
      devicesFor(chosenBase()).map((device) => () => toItsEnd(`chaos on ${device} runs`, () => runOn(device))),
    );
  },
};
