import { readMutants } from './mutants.js';
import { buildForGuest } from '../kernel/build/image.js';
import { attemptGit } from '../kernel/git.js';
import type { Suite, TestFailure } from '../suites/suite.js';

/** Every mutant still applies to the series: killing them all takes too long to be done each time. */
export const mutantsSuite: Suite = {
  name: 'mutants',
  async run({ flavour }) {
    const { sourceDir } = await buildForGuest({ flavour });
    const failures: TestFailure[] = [];
    const mutants = readMutants();
    for (const { name, path } of mutants) {
      const { exitCode, stderr } = await attemptGit(sourceDir, ['apply', '--check', path]);
      if (exitCode !== 0) failures.push({ title: `the mutant ${name} applies`, detail: stderr });
    }
    return { passed: mutants.length - failures.length, failed: failures.length, skipped: 0, failures };
  },
};
