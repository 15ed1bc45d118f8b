import { buildImage } from '../kernel/build-image.js';
import { buildSelftest } from '../kernel/build-selftest.js';
import { readTestsInGuest } from './guest-suite.js';
import type { Suite, SuiteResult } from './suite.js';

/** It takes seconds, and on a debug kernel a minute. */
const deadlineMs = 600_000;

/** The kernel selftest of the series, which needs nothing of this repository. */
export const selftestsSuite: Suite = {
  name: 'selftests',
  async run({ image, flavour }) {
    const program = await buildSelftest();
    const bootImage = image ?? (await buildImage({ flavour }));
    // What a test expected goes to stderr.
    const command = ['sh', '-c', 'exec "$0" 2>&1', program];
    return withoutSkips(await readTestsInGuest('kernel selftests', { image: bootImage, command, deadlineMs }));
  },
};

/** They skip without root, FLASH or user namespaces, and a guest has all of them. */
export function withoutSkips({ skipped, skips = [], ...result }: SuiteResult): SuiteResult {
  const failures = skips.map((skip) => ({ title: skip, detail: 'it was skipped, and may not be' }));
  return { ...result, failed: result.failed + skipped, skipped: 0, failures: [...result.failures, ...failures] };
}
