import { withProgress } from '../host/progress.js';
import { readAva } from './ava.js';
import { matchArguments, runAva } from './run-ava.js';
import type { Suite } from './suite.js';
import { watchResults } from './tap.js';

/** What can be tested without a guest and without building a kernel. */
export const unitSuite: Suite = {
  name: 'unit',
  bootsGuests: false,
  takesMatch: true,
  async run({ match }) {
    return withProgress(async (onProgress) => {
      const { onLine, seconds } = watchResults('unit tests', onProgress);
      const output = await runAva([...matchArguments(match), 'dist/harness/suites/unit/**/*.test.js'], {
        timeoutMs: 300_000,
        // The tests see the same whatever cache and terminal the caller has.
        env: { NODE_OPTIONS: '--enable-source-maps', FORCE_COLOR: '0' },
        onLine,
      });
      return readAva({ ...output, seconds });
    });
  },
};
