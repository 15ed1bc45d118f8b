import { create } from 'xmlbuilder2';
import type { SuiteRun } from '../run-suites.js';
import type { Outcome, TestResult } from '../suite.js';

/** The results as JUnit XML, the way CI systems read it. */
export function formatJunit(runs: readonly SuiteRun[]): string {
  const testsuites = {
    '@name': 'flash',
    ...counts(runs.flatMap(({ tests }) => tests)),
    '@time': formatTime(runs.reduce((sum, { seconds }) => sum + seconds, 0)),
    testsuite: runs.map(testSuite),
  };
  // XML has no way to say control characters, which a kernel or a program may have printed.
  const document = create({ version: '1.0', encoding: 'UTF-8', invalidCharReplacement: '\ufffd' }, { testsuites });
  return `${document.end({ prettyPrint: true })}\n`;
}

function testSuite({ name, started, seconds, tests }: SuiteRun): object {
  return {
    '@name': name,
    ...counts(tests),
    '@time': formatTime(seconds),
    '@timestamp': started.toISOString(),
    testcase: tests.map((test) => testCase(name, test)),
  };
}

function testCase(suite: string, { title, outcome, detail = '', seconds }: TestResult): object {
  const whatHappened = { '@message': detail.split('\n')[0] ?? '', '#': detail };
  return {
    '@name': title,
    '@classname': `flash.${suite}`,
    ...(seconds === undefined ? {} : { '@time': formatTime(seconds) }),
    ...(outcome === 'failed' && { failure: { '@type': 'failure', ...whatHappened } }),
    ...(outcome === 'error' && { error: { '@type': 'error', ...whatHappened } }),
    ...(outcome === 'skipped' && { skipped: { '@message': detail } }),
  };
}

function counts(tests: readonly TestResult[]): object {
  const count = (wanted: Outcome): number => tests.filter(({ outcome }) => outcome === wanted).length;
  const [failures, errors, skipped] = [count('failed'), count('error'), count('skipped')];
  return { '@tests': tests.length, '@failures': failures, '@errors': errors, '@skipped': skipped };
}

function formatTime(seconds: number): string {
  return seconds.toFixed(3);
}
