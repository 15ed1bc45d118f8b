import { isDeepStrictEqual } from 'node:util';
import { readOsRelease } from '../apt/archive.js';
import { buildImage } from '../kernel/build/image.js';
import { driverTexts } from '../kernel/series/series.js';
import { chosenBase, hasSourceOn, knownBases, loadBase } from '../kernel/source/base.js';
import { buildNative } from '../native/build-native.js';
import type { NicModel } from '../nics/model.js';
import { modelsFor } from '../nics/models-for.js';
import { runGuestTests } from './guest-suite.js';
import { runKunitTests } from './kunit-suite.js';
import { runNicTests } from './nic-suite.js';
import { runAtOnce } from './run-at-once.js';
import { addResults, type Suite, type SuiteResult } from './suite.js';
import { toItsEnd } from './to-its-end.js';

/**
 * The bases that the other suites do not run on, in short: the KUnit suites, what shows most in a guest, and whether the
 * drivers redirect whose patches have another text there.
 */
export const basesSuite: Suite = {
  name: 'bases',
  async run({ config }) {
    await buildNative();
    const results: SuiteResult[] = [];
    for (const base of knownBases().filter((each) => each !== chosenBase()))
      results.push(
        hasSourceOn(loadBase(base), readOsRelease())
          ? await runShort(base, await buildImage({ config, base }))
          : withoutSource(base),
      );
    return addResults(results);
  },
};

async function runShort(base: string, image: string): Promise<SuiteResult> {
  const on = (where: string, what: string, run: () => Promise<SuiteResult>) => async (): Promise<SuiteResult> =>
    titled(where, await toItsEnd(`${what} run`, run));
  return runAtOnce([
    on(`Linux ${base}`, 'the short tests', () => runGuestTests(image, { entry: 'short-tests' })),
    on(`Linux ${base}`, 'the KUnit suites', () => runKunitTests(image)),
    ...modelsOfItsOwn(base).map((model) =>
      on(`Linux ${base}, ${model}`, 'the short tests of the driver', () =>
        runNicTests({ model, image, driverRedirects: true, entry: 'short-driver-tests' }),
      ),
    ),
  ]);
}

function withoutSource(base: string): SuiteResult {
  const { title } = readOsRelease();
  return { tests: [{ title: `Linux ${base}`, outcome: 'skipped', detail: `${title} has no source of it` }] };
}

/** Cards for whose drivers it has other patches than the base that everything else runs on. */
export function modelsOfItsOwn(base: string, other = chosenBase()): readonly NicModel[] {
  return modelsFor(base).filter((model) => {
    const [here, there] = [base, other].map((each) => driverTexts(loadBase(each), model));
    return !isDeepStrictEqual(here, there);
  });
}

/** Tests that elsewhere have the same titles are told apart by where they ran. */
function titled(where: string, { tests }: SuiteResult): SuiteResult {
  return { tests: tests.map((test) => ({ ...test, title: `${where}: ${test.title}` })) };
}
