import { startClock } from '../host/duration.js';
import { inParallel } from '../host/in-parallel.js';
import { withProgress } from '../host/progress.js';
import { layOutSeries } from '../native/from-series.js';
import { buildFuzz } from '../native/fuzz.js';
import { buildThreads, runThreads, withMutantThreads } from '../native/threads.js';
import { ensureCbmc } from '../prove/bounded/cbmc.js';
import {
  boundedCases,
  boundedMutants,
  fewestEntries,
  runBounded,
  tryBoundedMutant,
} from '../prove/bounded/run-bounded.js';
import { fuzzMutant, quickMutants, scenarioMutants, tryScenarioMutant } from '../prove/fuzz/mutants.js';
import { runFuzz } from '../prove/fuzz/run-fuzz.js';
import { runLitmus } from '../prove/litmus/run-litmus.js';
import { runScenarios } from '../prove/fuzz/scenarios.js';
import type { Suite, SuiteResult, TestResult } from './suite.js';

const fuzzSeconds = 15;

/** The short part of `npm run prove`. */
export const proveSuite: Suite = {
  name: 'prove',
  bootsGuests: false,
  async run(): Promise<SuiteResult> {
    const { fuzz, scenarios } = await buildFuzz();
    const tests = [...(await scenarioTests(scenarios)), await fuzzTest(fuzz)];
    for (const mutant of quickMutants) tests.push(await mutantTest(mutant));
    for (const mutant of scenarioMutants()) tests.push(await scenarioMutantTest(mutant));
    tests.push(...(await threadTests()), ...(await litmusTests()), ...(await boundedTests()));
    return { tests };
  },
};

export async function scenarioTests(program: string): Promise<TestResult[]> {
  return (await runScenarios(program)).map(({ name, found }) =>
    found === undefined ? passed(`fuzz: ${name}`) : failed(`fuzz: ${name}`, found),
  );
}

async function fuzzTest(program: string): Promise<TestResult> {
  const elapsed = startClock();
  const { executions, edges, finding } = await runFuzz({ program, seconds: fuzzSeconds, seed: 1 });
  const title = 'fuzz: hostile tenants harm nobody but themselves, and no frame of others is lost or doubled';
  if (finding === undefined)
    return { ...passed(`${title} (${executions} inputs, ${edges} edges)`), seconds: elapsed() };
  const again = `npm run prove -- fuzz --replay ${finding.file}`;
  return failed(title, `${finding.what}\n${finding.log}\nrepeat it with: ${again}`);
}

async function mutantTest(name: string): Promise<TestResult> {
  const elapsed = startClock();
  const { finding } = await fuzzMutant(name);
  const title = `fuzz: the mutant ${name} is found`;
  return finding === undefined
    ? failed(title, 'nothing was found')
    : { ...passed(title), seconds: elapsed(), detail: finding.what };
}

async function scenarioMutantTest(mutant: string): Promise<TestResult> {
  const elapsed = startClock();
  const { name, found } = await tryScenarioMutant(mutant);
  const title = `fuzz: the mutant ${mutant} is found by ${name}`;
  return found === undefined
    ? failed(title, 'nothing was found')
    : { ...passed(title), seconds: elapsed(), detail: found.split('\n')[0] };
}

/** A race that has to be found: an entry that is published before it is written. */
const racyMutant = 'publish-before-write';
const exchangeMs = 2000;

async function threadTests(): Promise<TestResult[]> {
  const { lines, found } = await runThreads(await buildThreads(), exchangeMs);
  const race = await withMutantThreads(racyMutant, (programs) => runThreads(programs, exchangeMs));
  return [
    ...lines.map((line) => passed(`threads: ${line}`)),
    found === undefined ? passed('threads: no data race') : failed('threads: no data race', found),
    race.found === undefined
      ? failed(`threads: the mutant ${racyMutant} is found`, 'nothing was found')
      : passed(`threads: the mutant ${racyMutant} is found`),
  ];
}

async function litmusTests(): Promise<TestResult[]> {
  const { results, untested } = await withProgress(runLitmus);
  return [
    ...results.map(({ title, forbidden, passed: good }) =>
      good ? passed(`litmus: ${title}`) : failed(`litmus: ${title}`, `${forbidden} executions are forbidden`),
    ),
    untested.length === 0
      ? passed('litmus: every lettered barrier has a test')
      : failed(
          'litmus: every lettered barrier has a test',
          `not ${untested.map(({ scope, letter }) => `(${letter}) of ${scope}`).join(', ')}`,
        ),
  ];
}

async function boundedTests(): Promise<TestResult[]> {
  const cbmc = await withProgress(ensureCbmc);
  const tree = await layOutSeries();
  const good = await inParallel(boundedCases(fewestEntries), async ({ title: what, ...test }): Promise<TestResult> => {
    const elapsed = startClock();
    const title = `bounded: ${what}`;
    const violated = await runBounded(cbmc, tree, test);
    return { ...(violated.length === 0 ? passed(title) : failed(title, violated.join('\n'))), seconds: elapsed() };
  });
  const found = await inParallel(boundedMutants, async ({ mutant, ...where }): Promise<TestResult> => {
    const elapsed = startClock();
    const title = `bounded: the mutant ${mutant} is found`;
    const detail = await tryBoundedMutant(cbmc, mutant, where);
    return { ...(detail === undefined ? failed(title, 'nothing was found') : passed(title)), seconds: elapsed() };
  });
  return [...good, ...found];
}

function passed(title: string): TestResult {
  return { title, outcome: 'passed' };
}

function failed(title: string, detail: string): TestResult {
  return { title, outcome: 'failed', detail };
}
