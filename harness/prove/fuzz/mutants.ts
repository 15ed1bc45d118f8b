import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FlashError } from '../../errors.js';
import { kernelDir } from '../../host/repository.js';
import { withMutantFuzz } from '../../native/fuzz.js';
import { runFuzz, type FuzzResult } from './run-fuzz.js';
import { runScenario, type ScenarioResult } from './scenarios.js';

/** Faults that the fuzzer is to find from nothing, each with the seconds it gets; a few of those of kernel/mutants. */
export const quickMutants = ['accept-any-index'] as const;
export const fuzzMutants = [...quickMutants] as const;

const seconds = 60;

/** Fuzzes the series with a fault in it. Its input is of no use afterwards. */
export function fuzzMutant(name: string): Promise<FuzzResult> {
  return withMutantFuzz(name, async ({ fuzz }) => runFuzz({ program: fuzz, seconds, seed: 1 }));
}

const scenarioFolder = 'fuzz';

/** Faults that a scenario is to find, by their names below kernel/mutants. */
export function scenarioMutants(): string[] {
  return readdirSync(join(kernelDir, 'mutants', scenarioFolder))
    .sort()
    .map((file) => join(scenarioFolder, basename(file, '.patch')));
}

/** Does the scenario that a mutant names to the series with that fault in it. */
export function tryScenarioMutant(name: string): Promise<ScenarioResult> {
  const path = join(kernelDir, 'mutants', `${name}.patch`);
  const scenario = /^To be noticed by the scenario\s+([\w-]+)\s+of the fuzzer\.$/m.exec(
    readFileSync(path, 'utf8'),
  )?.[1];
  if (scenario === undefined)
    throw new FlashError('usage', `${path} names no scenario`, {
      advice: 'its message has to say: To be noticed by the scenario NAME of the fuzzer.',
    });
  return withMutantFuzz(name, ({ scenarios }) => runScenario(scenarios, scenario));
}
