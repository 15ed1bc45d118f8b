import { join } from 'node:path';
import { withProgress, type OnProgress } from '../host/progress.js';
import { buildImage } from '../kernel/build/image.js';
import { buildNics, nicsMakeArgs, nicsOutDir } from '../nics/build-nics.js';
import { nicModels } from '../nics/model.js';
import { attemptMake, make } from '../host/make.js';
import { attempt } from '../process/run.js';
import { runNicTests } from './nic-suite.js';
import { addResults, type Suite, type SuiteResult } from './suite.js';
import { showResults } from './tap.js';

const fuzzSeconds = 15;
const testsTimeoutMs = 600_000;

/** The models by themselves, then the drivers and the redirect on them; all of the conformance suite is `npm run test:nic`. */
export const nicsSuite: Suite = {
  name: 'nics',
  async run({ image, flavour }) {
    await buildNics();
    const results = [await withProgress(runModelTests)];
    for (const model of nicModels) results.push(await withProgress((onProgress) => fuzz(model, onProgress)));
    const bootImage = image ?? (await buildImage({ flavour }));
    for (const model of nicModels) results.push(await runNicTests({ model, image: bootImage, driverRedirects: true, entry: 'driver-tests', slow: flavour === 'debug' }));
    return addResults(results);
  },
};

/** The unit tests of the models, in C, with sanitizers. */
async function runModelTests(onProgress: OnProgress): Promise<SuiteResult> {
  let count: ((line: string) => void) | undefined;
  const { exitCode, stdout, stderr } = await attemptMake([...nicsMakeArgs(), '--keep-going', 'test'], {
    what: 'the tests of the NIC models',
    onProgress,
    env: { CMOCKA_MESSAGE_OUTPUT: 'TAP' },
    timeoutMs: testsTimeoutMs,
    onLine: (line) => {
      // What each program of tests starts with, once all are built.
      if (line.startsWith('# test_')) count ??= showResults('tests of the NIC models', onProgress);
      count?.(line);
    },
  });
  const lines = stdout.split('\n');
  const failed = lines.filter((line) => /^not ok /.test(line));
  const passed = lines.filter((line) => /^ok /.test(line)).length;
  const failures = failed.map((line) => ({ title: `NIC models: ${line}`, detail: stderr.slice(-4000) }));
  if (exitCode !== 0 && failed.length === 0) failures.push({ title: 'the tests of the NIC models run', detail: `${stdout}\n${stderr}`.slice(-4000) });
  return { passed, failed: failures.length, skipped: 0, failures };
}

/** A short look; `fuzz --seconds 600` is a long one. */
async function fuzz(model: string, onProgress: OnProgress): Promise<SuiteResult> {
  await make([...nicsMakeArgs(), 'fuzz'], { what: 'the fuzzer of the NIC models', onProgress, failAs: 'buildFailed' });
  onProgress({ kind: 'phase', phase: `fuzzing the model ${model} for ${fuzzSeconds} s` });
  const { exitCode, stdout, stderr } = await attempt(join(nicsOutDir, 'fuzz'), ['--model', model, '--seconds', String(fuzzSeconds), '--seed', '1'], { timeoutMs: testsTimeoutMs });
  const title = `nothing a guest writes harms the model ${model}`;
  const failures = exitCode === 0 ? [] : [{ title, detail: `${stdout}\n${stderr}`.slice(-4000) }];
  return { passed: 1 - failures.length, failed: failures.length, skipped: 0, failures };
}
