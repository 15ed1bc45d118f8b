import { requireNoSplats } from '../machine/guest/run-in-guest.js';
import { kunitDeadlineMs, runKunit } from '../machine/guest/kunit.js';
import { withProgress } from '../host/progress.js';
import { buildImage } from '../kernel/build/image.js';
import { onlyMatching, type Suite, type SuiteResult, type TestResult } from './suite.js';

/** The KUnit suites of the series, at boot. */
export const kunitSuite: Suite = {
  name: 'kunit',
  takesMatch: true,
  run: async ({ image, config, match }) =>
    onlyMatching(await runKunitTests(image ?? (await buildImage({ config }))), match),
};

export async function runKunitTests(image: string, deadlineMs = kunitDeadlineMs): Promise<SuiteResult> {
  const { tests, problems, guest } = await withProgress((onProgress) =>
    runKunit({
      image,
      bootDeadlineMs: deadlineMs,
      onEvent: ({ kind }) => {
        if (kind === 'start') onProgress({ kind: 'phase', phase: 'KUnit suites, in a guest that boots' });
      },
    }),
  );
  requireNoSplats(guest);
  const broken = problems.map(
    (problem): TestResult => ({ title: 'the KUnit report is whole', outcome: 'error', detail: problem }),
  );
  return { tests: [...tests, ...broken] };
}
