import { buildImage } from '../kernel/build/image.js';
import { buildNative } from '../native/build-native.js';
import { guest } from '../machine/guest.js';
import type { TestsInput } from './tests-program.js';
import { runTests, testsTime, type TellCounts } from './guest-suite.js';
import type { Suite, SuiteResult, TestResult } from './suite.js';

/** Two may spin where they are held, a third may wait for them, and the test goes on. */
const cpus = 4;
/** Who uses memory that was freed does not find what was there; and what who dies of it had locked is not waited for. */
const appendKernelArgs = ['slab_debug=FP', 'oops=panic', 'softlockup_panic=1'];

const skipped: TestResult = {
  title: 'the suite hold',
  outcome: 'skipped',
  detail:
    'the config lean has no points where contexts can be held; `npm test hold -- --config hold` and `npm run test:debug` have',
};

/** The tests that hold contexts, on the configs that can. */
export const holdSuite: Suite = {
  name: 'hold',
  takesMatch: true,
  async run({ image, config, match }) {
    if (image === undefined && config === 'lean') {
      return { tests: [skipped] };
    }
    await buildNative();
    return runHoldTests(image ?? (await buildImage({ config })), { match });
  },
};

export async function runHoldTests(image: string, input: TestsInput = {}, tell?: TellCounts): Promise<SuiteResult> {
  const machine = guest({ image, cpus, appendKernelArgs, ...testsTime });
  return runTests('tests that hold contexts', machine, { ...input, entry: 'hold-tests' }, tell);
}
