import { requireNoSplats } from '../machine/guest/run-in-guest.js';
import { kunitDeadlineMs, runKunit } from '../machine/guest/kunit.js';
import { withProgress } from '../host/progress.js';
import { buildImage } from '../kernel/build/image.js';
import type { Suite, SuiteResult, TestFailure } from './suite.js';

/** The KUnit suites of the series, at boot. */
export const kunitSuite: Suite = {
  name: 'kunit',
  run: async ({ image, flavour }) => runKunitTests(image ?? (await buildImage({ flavour }))),
};

export async function runKunitTests(image: string, deadlineMs = kunitDeadlineMs): Promise<SuiteResult> {
  const { passed, failed, skipped, lines, problems, guest } = await withProgress((onProgress) =>
    runKunit({
      image,
      bootDeadlineMs: deadlineMs,
      onEvent: ({ kind }) => {
        if (kind === 'start') onProgress({ kind: 'phase', phase: 'KUnit suites, in a guest that boots' });
      },
    }),
  );
  requireNoSplats(guest);
  const failures: TestFailure[] = lines
    .filter((line) => /^\s+not ok /.test(line))
    .map((line) => ({ title: line.trim(), detail: lines.slice(0, lines.indexOf(line) + 1).slice(-12).join('\n') }));
  const broken: TestFailure[] = problems.map((problem) => ({ title: 'the KUnit report is whole', detail: problem }));
  return { passed, failed: failed + broken.length, skipped, failures: [...failures, ...broken] };
}
