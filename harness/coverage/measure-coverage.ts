import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { kernelDir } from '../host/repository.js';
import { buildForGuest } from '../kernel/build/image.js';
import { coverageConfig } from '../kernel/configs.js';
import { buildNative } from '../native/build-native.js';
import { buildRustExamples } from '../native/cargo.js';
import { runGuestTests } from '../suites/guest-suite.js';
import { runHoldTests } from '../suites/hold-suite.js';
import { runNicTests } from '../suites/nic-suite.js';
import type { SuiteResult } from '../suites/suite.js';
import type { LineCounts, TestsInput } from '../suites/tests-program.js';
import { addedLines } from './added-lines.js';
import { addCounts, type Lines } from './count-lines.js';
import { judge, type FileCoverage } from './judge.js';

export interface Coverage {
  readonly files: readonly FileCoverage[];
  readonly results: readonly SuiteResult[];
  /** The text of a line. */
  readonly textOf: (file: string, number: number) => string;
}

const profile = { file: 'coverage/count-lines.patch', path: join(kernelDir, 'coverage', 'count-lines.patch') };

/** Runs the tests of redirects, those that hold contexts and those of a driver on a kernel that counts, and says which lines ran. */
export async function measureCoverage(input: Pick<TestsInput, 'match'>): Promise<Coverage> {
  await buildNative();
  await buildRustExamples();
  const kernel = await buildForGuest({ config: coverageConfig, extraPatches: [profile] });
  const counted: LineCounts[] = [];
  const tell = (counts: LineCounts): void => void counted.push(counts);
  const { image } = kernel;
  const results = [
    await runGuestTests(image, { entry: 'core-tests', ...input }, tell),
    await runHoldTests(image, input, tell),
    // Its driver can be polled busily, and says when it wants to be woken.
    await runNicTests({ model: 'mlx5', image, driverRedirects: true, entry: 'driver-tests', ...input, tell }),
  ];
  const lines: Lines = new Map();
  for (const counts of counted) await addCounts(lines, counts, kernel);
  const added = await addedLines(kernel.sourceDir, kernel.baseCommit, 'HEAD');
  const texts = new Map(
    [...added.keys()].map((file) => [file, readFileSync(join(kernel.sourceDir, file), 'utf8').split('\n')]),
  );
  return { files: judge(lines, added), results, textOf: (file, number) => texts.get(file)?.[number - 1] ?? '' };
}
