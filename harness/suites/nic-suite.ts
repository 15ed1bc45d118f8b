import { join } from 'node:path';
import { buildImage } from '../kernel/build/image.js';
import { chosenBase } from '../kernel/source/base.js';
import { guest } from '../machine/guest.js';
import { makeRunDirectory } from '../machine/guest/run-directory.js';
import { buildNative } from '../native/build-native.js';
import { modelsFor } from '../nics/models-for.js';
import { nicCards, type NicCard, type NicModel } from '../nics/model.js';
import { startNicPair } from '../machine/guest/nic-pair.js';
import { passthroughQemuArgs } from '../passthrough/qemu-devices.js';
import type { TestsInput } from './tests-program.js';
import { runTests, type TellCounts } from './guest-suite.js';
import { testNicModels } from './nic-models.js';
import { runAtOnce } from './run-at-once.js';
import { portsOfPair } from './testbed-options.js';
import { addResults, type Suite, type SuiteResult } from './suite.js';
import { toItsEnd } from './to-its-end.js';

/** The models by themselves, then the drivers and the redirect on them; the whole conformance suite takes a model to be named. */
export const nicSuite: Suite = {
  name: 'nic',
  async run({ image, config }) {
    const ofModels = await testNicModels();
    const bootImage = image ?? (await buildImage({ config }));
    const runOn = (model: NicModel): Promise<SuiteResult> =>
      runNicTests({
        model,
        image: bootImage,
        driverRedirects: true,
        entry: 'driver-tests',
        slow: config === 'debug',
      });
    const runs = modelsFor(chosenBase()).map(
      (model) => () => toItsEnd(`the tests on ${model} run`, () => runOn(model)),
    );
    return addResults([ofModels, await runAtOnce(runs)]);
  },
};

export interface NicTestOptions extends Omit<TestsInput, 'nic' | 'reset'> {
  readonly model: NicModel;
  readonly image: string;
  /** Whether the kernel's driver of the model redirects in its NAPI poll. */
  readonly driverRedirects: boolean;
  /** Below what folder the modules of the kernel are, if the driver is one. */
  readonly modules?: string;
  /** Real NICs of such a kind, by their PCI addresses, in place of models: vfio-pci serves them, and they have a cable. */
  readonly devices?: readonly string[] | undefined;
  /** The machine is reset while the tests run, and they run again. */
  readonly reset?: boolean;
  readonly deadlineMs?: number;
  readonly tell?: TellCounts;
}

/** A queue for each socket of the longest chain; the drivers have one per processor. */
const cpus = 9;
const memoryMb = 3072;
const defaultDeadlineMs = 3_600_000;

/**
 * The conformance suite and the tests of drivers, in zero-copy mode, on two ports of a model with a wire between them,
 * or on one or two real ones.
 */
export async function runNicTests({
  model,
  image,
  driverRedirects,
  modules,
  devices,
  reset = false,
  deadlineMs = defaultDeadlineMs,
  tell,
  ...input
}: NicTestOptions): Promise<SuiteResult> {
  await buildNative();
  await using nics = devices === undefined ? await startNicPair(model) : undefined;
  const card: NicCard = nicCards[model];
  const entry = card.severalBuffers ? 'nic-tests-several-buffers' : 'nic-tests';
  const runDir = makeRunDirectory().path;
  const firmware = devices === undefined || card.firmware === undefined ? [] : [card.firmware];
  const machine = guest({
    image,
    ...(nics !== undefined && { nics }),
    firmware,
    driversAreModules: modules !== undefined,
    cpus,
    memoryMb,
    deadlineMs,
    runDir,
    extraQemuArgs: [...passthroughQemuArgs(devices ?? []), ...(reset ? ['-action reboot=reset'] : [])],
  });
  const all: TestsInput = {
    entry,
    ...input,
    nic: {
      model,
      driverRedirects,
      modules,
      ports: devices === undefined ? portsOfPair(model) : devices.length === 1 ? 1 : 2,
    },
    ...(reset && { reset: { marker: join(runDir, 'first-life') } }),
  };
  return await runTests(`tests on ${model}`, machine, all, tell);
}
