import { withProgress } from '../host/progress.js';
import { guest } from '../machine/guest.js';
import { cutLines } from '../process/lines.js';
import { buildImage } from '../kernel/build/image.js';
import { buildSelftest } from '../kernel/build/selftest.js';
import { onlyMatching, type Suite, type SuiteResult, type TestResult } from './suite.js';
import { readTap, watchResults, type ResultWatch } from './tap.js';

/** It takes seconds, and on a debug kernel a minute. */
const deadlineMs = 600_000;

/** The kernel selftest of the series, which needs nothing of this repository. */
export const selftestsSuite: Suite = {
  name: 'selftests',
  takesMatch: true,
  async run({ image, config, match }) {
    const program = await buildSelftest();
    const bootImage = image ?? (await buildImage({ config }));
    return onlyMatching(withoutSkips(await runSelftest(program, bootImage)), match);
  },
};

const phase = 'kernel selftests';

/** What a test expected goes to stderr, between its lines of TAP. */
async function runSelftest(program: string, image: string): Promise<SuiteResult> {
  let text = '';
  let watch: ResultWatch | undefined;
  const { exitCode } = await withProgress((onProgress) => {
    const lines = cutLines();
    watch = watchResults(phase, onProgress);
    return guest({ image, deadlineMs }).run({ argv: ['sh', '-c', 'exec "$0" 2>&1', program] }, (event) => {
      if (event.kind === 'start') {
        text = '';
        lines.reset();
        watch = watchResults(phase, onProgress);
      }
      if (event.kind !== 'output') return;
      text += event.text;
      for (const line of lines.push(event.text)) watch?.onLine(line);
    });
  });
  return readTap(text, exitCode, watch?.seconds);
}

/** They skip without root, FLASH or user namespaces, and a guest has all of them. */
export function withoutSkips({ tests }: SuiteResult): SuiteResult {
  const refuse = ({ detail, ...test }: TestResult): TestResult => ({
    ...test,
    outcome: 'failed',
    detail: `it was skipped, and may not be: ${detail ?? 'no reason given'}`,
  });
  return { tests: tests.map((test) => (test.outcome === 'skipped' ? refuse(test) : test)) };
}
