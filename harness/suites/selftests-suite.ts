import { withProgress } from '../host/progress.js';
import { guest } from '../machine/guest.js';
import { cutLines } from '../process/lines.js';
import { buildImage } from '../kernel/build/image.js';
import { buildSelftest } from '../kernel/build/selftest.js';
import type { Suite, SuiteResult } from './suite.js';
import { readTap, showResults } from './tap.js';

/** It takes seconds, and on a debug kernel a minute. */
const deadlineMs = 600_000;

/** The kernel selftest of the series, which needs nothing of this repository. */
export const selftestsSuite: Suite = {
  name: 'selftests',
  async run({ image, flavour }) {
    const program = await buildSelftest();
    const bootImage = image ?? (await buildImage({ flavour }));
    return withoutSkips(await runSelftest(program, bootImage));
  },
};

const phase = 'kernel selftests';

/** What a test expected goes to stderr, between its lines of TAP. */
async function runSelftest(program: string, image: string): Promise<SuiteResult> {
  let text = '';
  const { exitCode } = await withProgress((onProgress) => {
    const lines = cutLines();
    let show = showResults(phase, onProgress);
    return guest({ image, deadlineMs }).run({ argv: ['sh', '-c', 'exec "$0" 2>&1', program] }, (event) => {
      if (event.kind === 'start') {
        text = '';
        lines.reset();
        show = showResults(phase, onProgress);
      }
      if (event.kind !== 'output') return;
      text += event.text;
      for (const line of lines.push(event.text)) show(line);
    });
  });
  return readTap(text, exitCode);
}

/** They skip without root, FLASH or user namespaces, and a guest has all of them. */
export function withoutSkips({ skipped, skips = [], ...result }: SuiteResult): SuiteResult {
  const failures = skips.map((skip) => ({ title: skip, detail: 'it was skipped, and may not be' }));
  return { ...result, failed: result.failed + skipped, skipped: 0, failures: [...result.failures, ...failures] };
}
