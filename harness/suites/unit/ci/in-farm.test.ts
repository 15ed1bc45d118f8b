import { cpSync, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { repositoryRoot } from '../../../host/repository.js';
import { attempt, type RunResult } from '../../../process/run.js';
import { formatKtap } from '../../reports/ktap.js';
import { temporaryDir, writeFiles } from '../support/tiny-repository.js';

const ktap = formatKtap([
  {
    name: 'here',
    started: new Date(0),
    seconds: 1,
    tests: [
      { title: 'a full RX ring, "stalls" $HOME', outcome: 'passed' },
      { title: 'frames come back', outcome: 'failed', detail: 'expected 5' },
      { title: 'it is fast', outcome: 'skipped', detail: 'no KVM' },
    ],
  },
]);

interface Farm {
  /** Programs of the farm that write down what they are told. */
  readonly tools: readonly string[];
  /** What npm does. */
  readonly npm: string;
  readonly words?: readonly string[];
}

async function inFarm(t: ExecutionContext, { tools, npm, words = [] }: Farm): Promise<RunResult & { told: string }> {
  const dir = temporaryDir(t);
  cpSync(join(repositoryRoot, 'ci', 'in-farm'), join(dir, 'ci', 'in-farm'));
  const log = `#!/bin/sh\necho "$(basename "$0") $*" >>"${dir}/told"\n`;
  writeFiles(dir, {
    'report.ktap': ktap,
    'bin/npm': `#!/bin/sh\necho "npm $*"\n${npm}\n`,
    ...Object.fromEntries(tools.map((tool) => [`bin/${tool}`, log])),
  });
  const path = `${join(dir, 'bin')}${delimiter}${process.env['PATH']}`;
  const result = await attempt(join(dir, 'ci', 'in-farm'), words, { env: { PATH: path } });
  const told = existsSync(join(dir, 'told')) ? readFileSync(join(dir, 'told'), 'utf8').replaceAll(dir, '.') : '';
  return { ...result, stdout: result.stdout.replaceAll(dir, '.'), told };
}

const failing = 'cp report.ktap out/farm/report.ktap; : >out/farm/report.xml; exit 1';

test('tests run as asked, their results are on the console, and their exit code is kept', async (t) => {
  const { stdout, exitCode, told } = await inFarm(t, { tools: [], npm: failing, words: ['guest', '--match', 'a *'] });

  t.is(exitCode, 1);
  t.regex(
    stdout,
    /^npm test -- guest --match a \* --ktap \.\/out\/farm\/report\.ktap --junit \.\/out\/farm\/report\.xml\n/,
  );
  t.true(stdout.includes(ktap));
  t.is(told, '');
});

test('LAVA is told the result of each test, and of the run', async (t) => {
  const { told } = await inFarm(t, { tools: ['lava-test-case'], npm: failing });

  t.deepEqual(told.trim().split('\n'), [
    'lava-test-case here.a-full-RX-ring-stalls-HOME --result pass',
    'lava-test-case here.frames-come-back --result fail',
    'lava-test-case here.it-is-fast --result skip',
    'lava-test-case run --result fail',
  ]);
});

test('tmt is told the same, and gets the reports', async (t) => {
  const { told } = await inFarm(t, { tools: ['tmt-report-result', 'tmt-file-submit'], npm: failing });

  t.deepEqual(told.trim().split('\n').slice(1), [
    'tmt-report-result here.frames-come-back FAIL',
    'tmt-report-result here.it-is-fast SKIP',
    'tmt-report-result run FAIL',
    'tmt-file-submit -l ./out/farm/report.ktap',
    'tmt-file-submit -l ./out/farm/report.xml',
  ]);
});

test('a run that ends before its report is told as a failure', async (t) => {
  const { told, exitCode } = await inFarm(t, { tools: ['lava-test-case'], npm: 'exit 4' });

  t.is(told, 'lava-test-case run --result fail\n');
  t.is(exitCode, 4);
});
