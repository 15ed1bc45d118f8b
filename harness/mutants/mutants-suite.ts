import { readMutants } from './mutants.js';
import { buildForGuest } from '../kernel/build/image.js';
import { startClock } from '../host/duration.js';
import { attemptGit } from '../kernel/git.js';
import type { Suite, TestResult } from '../suites/suite.js';

/** Every mutant still applies to the series: killing them all takes too long to be done each time. */
export const mutantsSuite: Suite = {
  name: 'mutants-apply',
  async run({ config }) {
    const { sourceDir } = await buildForGuest({ config });
    const tests: TestResult[] = [];
    for (const { name, path } of readMutants()) {
      const elapsed = startClock();
      const { exitCode, stderr } = await attemptGit(sourceDir, ['apply', '--check', path]);
      const test = { title: `the mutant ${name} applies`, seconds: elapsed() };
      tests.push(exitCode === 0 ? { ...test, outcome: 'passed' } : { ...test, outcome: 'failed', detail: stderr });
    }
    return { tests };
  },
};
