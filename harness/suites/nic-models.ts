import { join } from 'node:path';
import { startClock } from '../host/duration.js';
import { withProgress, type OnProgress } from '../host/progress.js';
import { buildNics, nicsMakeArgs, nicsOutDir } from '../nics/build-nics.js';
import { ownModels, type OwnModel } from '../nics/model.js';
import { attemptMake, make } from '../host/make.js';
import { attempt } from '../process/run.js';
import { addResults, type SuiteResult, type TestResult } from './suite.js';
import { watchResults, type ResultWatch } from './tap.js';

/** For all of them at the same time. */
const fuzzSeconds = 20;
const testsTimeoutMs = 600_000;

/** Their unit tests, and what a guest can do to each of them. */
export async function testNicModels(): Promise<SuiteResult> {
  await buildNics();
  return addResults([await withProgress(runModelTests), await withProgress(fuzzModels)]);
}

/** The unit tests of the models, in C, with sanitizers. */
async function runModelTests(onProgress: OnProgress): Promise<SuiteResult> {
  let watch: ResultWatch | undefined;
  const { exitCode, stdout, stderr } = await attemptMake([...nicsMakeArgs(), '--keep-going', 'test'], {
    what: 'the tests of the NIC models',
    onProgress,
    env: { CMOCKA_MESSAGE_OUTPUT: 'TAP' },
    timeoutMs: testsTimeoutMs,
    onLine: (line) => {
      // What each program of tests starts with, once all are built.
      if (/^# \S+\/test_/.test(line)) watch ??= watchResults('tests of the NIC models', onProgress);
      watch?.onLine(line);
    },
  });
  const results = [...stdout.matchAll(/^(not )?ok \d+(?: -)? (.*)$/gm)];
  const tests = results.map(([, not, name = ''], index): TestResult => {
    const test = { title: `NIC models: ${name}`, seconds: watch?.seconds[index] };
    return not === undefined
      ? { ...test, outcome: 'passed' }
      : { ...test, outcome: 'failed', detail: stderr.slice(-4000) };
  });
  const ran = exitCode === 0 || tests.some(({ outcome }) => outcome === 'failed');
  return {
    tests: ran
      ? tests
      : [
          ...tests,
          { title: 'the tests of the NIC models run', outcome: 'error', detail: `${stdout}\n${stderr}`.slice(-4000) },
        ],
  };
}

/** A short look; `fuzz --seconds 600` is a long one. */
async function fuzzModels(onProgress: OnProgress): Promise<SuiteResult> {
  await make([...nicsMakeArgs(), 'fuzz'], { what: 'the fuzzer of the NIC models', onProgress, failAs: 'buildFailed' });
  onProgress({ kind: 'phase', phase: `fuzzing the models ${ownModels.join(', ')} for ${fuzzSeconds} s` });
  return { tests: await Promise.all(ownModels.map(fuzz)) };
}

async function fuzz(model: OwnModel): Promise<TestResult> {
  const elapsed = startClock();
  const { exitCode, stdout, stderr } = await attempt(
    join(nicsOutDir, 'fuzz'),
    ['--model', model, '--seconds', String(fuzzSeconds), '--seed', '1'],
    { timeoutMs: testsTimeoutMs },
  );
  const test = { title: `nothing a guest writes harms the model ${model}`, seconds: elapsed() };
  return exitCode === 0
    ? { ...test, outcome: 'passed' }
    : { ...test, outcome: 'failed', detail: `${stdout}\n${stderr}`.slice(-4000) };
}
