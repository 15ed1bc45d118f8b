import { hasSeveralBuffers, type NicModel } from '../nics/model.js';
import { startNicPair } from '../nics/start-nics.js';
import { buildNative } from '../native/build-native.js';
import { avaCommand, readTestsInGuest, type GuestTestOptions } from './guest-suite.js';
import { resetDuring } from './nic-reset.js';
import type { SuiteResult } from './suite.js';
import { testbedVariable } from './testbed-variable.js';

export interface NicTestOptions extends GuestTestOptions {
  readonly model: NicModel;
  readonly image: string;
  /** Whether the kernel's driver of the model redirects in its NAPI poll. */
  readonly driverRedirects: boolean;
  /** The machine is reset while the tests run, and they run again. */
  readonly reset?: boolean;
}

/** A queue for each socket of the longest chain; the drivers have one a processor. */
const cpus = 9;
const memoryMb = 3072;
const deadlineMs = 3_600_000;

/** The conformance suite and the tests of drivers, in zero-copy mode, on two ports of a model with a wire between them. */
export async function runNicTests({ model, image, driverRedirects, reset = false, ...options }: NicTestOptions): Promise<SuiteResult> {
  await buildNative();
  await using nics = await startNicPair(model);
  const testbed = JSON.stringify({ model, driverRedirects });
  const command = ['env', `${testbedVariable}=${testbed}`, ...avaCommand({ entry: hasSeveralBuffers(model) ? 'nic-tests-several-buffers' : 'nic-tests', ...options })];
  const commandOptions = reset ? resetDuring(command) : { command };
  return await readTestsInGuest(`tests on ${model}`, { image, nics, cpus, memoryMb, deadlineMs, ...commandOptions });
}
