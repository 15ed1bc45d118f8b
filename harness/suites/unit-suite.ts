import { join } from 'node:path';
import { withProgress } from '../host/progress.js';
import { repositoryRoot } from '../host/repository.js';
import { attempt } from '../process/run.js';
import { readAva } from './ava.js';
import type { Suite } from './suite.js';
import { watchResults } from './tap.js';

/** What can be tested without a guest and without building a kernel. */
export const unitSuite: Suite = {
  name: 'unit',
  bootsGuests: false,
  async run() {
    const ava = join(repositoryRoot, 'node_modules', 'ava', 'entrypoints', 'cli.mjs');
    return withProgress(async (onProgress) => {
      const { onLine, seconds } = watchResults('unit tests', onProgress);
      const output = await attempt(process.execPath, [ava, '--tap', 'dist/suites/unit/**/*.test.js'], {
        cwd: repositoryRoot,
        timeoutMs: 300_000,
        // The tests see the same whatever cache and terminal the caller has.
        env: { NODE_OPTIONS: '--enable-source-maps', FORCE_COLOR: '0' },
        onLine,
      });
      return readAva({ ...output, seconds });
    });
  },
};
