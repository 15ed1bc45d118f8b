import { buildImage } from '../kernel/build/image.js';
import { chosenBase, knownBases } from '../kernel/source/base.js';
import { buildNative } from '../native/build-native.js';
import { modelsFor } from '../nics/models-for.js';
import { runGuestTests } from './guest-suite.js';
import { runKunitTests } from './kunit-suite.js';
import { runNicTests } from './nic-suite.js';
import { addResults, type Suite, type SuiteResult } from './suite.js';

/**
 * The bases that the other suites do not run on, in short: the KUnit suites, what shows most in a guest, and whether the
 * drivers redirect that no other base has.
 */
export const basesSuite: Suite = {
  name: 'bases',
  async run({ config }) {
    await buildNative();
    const others = knownBases().filter((base) => base !== chosenBase());
    const results: SuiteResult[] = [];
    for (const base of others) results.push(await runShort(base, await buildImage({ config, base })));
    return addResults(results);
  },
};

async function runShort(base: string, image: string): Promise<SuiteResult> {
  const results = [
    titled(`Linux ${base}`, await runKunitTests(image)),
    titled(`Linux ${base}`, await runGuestTests(image, { entry: 'short-tests' })),
  ];
  const seenElsewhere = modelsFor(chosenBase());
  for (const model of modelsFor(base).filter((each) => !seenElsewhere.includes(each)))
    results.push(
      titled(
        `Linux ${base}, ${model}`,
        await runNicTests({ model, image, driverRedirects: true, entry: 'short-driver-tests' }),
      ),
    );
  return addResults(results);
}

/** Tests that elsewhere have the same titles are told apart by where they ran. */
function titled(where: string, { tests }: SuiteResult): SuiteResult {
  return { tests: tests.map((test) => ({ ...test, title: `${where}: ${test.title}` })) };
}
