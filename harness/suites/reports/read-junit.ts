import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { TestResult } from '../suite.js';
import { brokenReport, type ReportedSuite } from './reported-suite.js';

/** An element: attributes as keys with an @, text as #, and what is in it as lists. */
interface Element {
  readonly [name: string]: string | readonly (Element | string)[];
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  isArray: (_name, _path, _isLeaf, isAttribute) => !isAttribute,
});

/** Reads JUnit XML as we write it, and as farms and test runners do: suites within suites, times or none. */
export function readJunit(text: string, name: string): readonly ReportedSuite[] {
  const invalid = XMLValidator.validate(text);
  if (invalid !== true) return [brokenReport(name, `line ${invalid.err.line} is no XML: ${invalid.err.msg}`)];
  // No report has one, and what it can make of a few lines is without bounds.
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) return [brokenReport(name, 'it declares a document type')];
  const root = parser.parse(text) as Element;
  const top = [...children(root, 'testsuites'), ...children(root, 'testsuite')];
  if (top.length === 0) return [brokenReport(name, 'it has neither testsuites nor a testsuite')];
  const suites = top.flatMap((element) => readSuites(element, name));
  return suites.length === 0 ? [brokenReport(name, 'it has no test')] : suites;
}

/** An element and what is within it; each that has tests of its own is a suite. */
function readSuites(element: Element, above: string): readonly ReportedSuite[] {
  const name = attribute(element, 'name') ?? above;
  const tests = children(element, 'testcase').map(readCase);
  const within = children(element, 'testsuite').flatMap((each) => readSuites(each, name));
  const said = Number(attribute(element, 'tests') ?? Number.NaN);
  const has = tests.length + within.reduce((sum, suite) => sum + suite.tests.length, 0);
  const own =
    tests.length > 0 || element['@errors'] !== undefined ? [{ name, tests: [...tests, ...ownErrors(element)] }] : [];
  const all = [...own.filter((suite) => suite.tests.length > 0), ...within];
  return said > has ? [...all, brokenReport(name, `it says that it has ${said} tests and has ${has}`)] : all;
}

/** Some writers put what went wrong outside of all tests into the suite itself. */
function ownErrors(element: Element): TestResult[] {
  return [...children(element, 'error'), ...children(element, 'failure')].map((problem) => ({
    title: 'the suite itself',
    outcome: 'error',
    ...detailOf(problem),
  }));
}

function readCase(element: Element): TestResult {
  const time = Number(attribute(element, 'time') ?? Number.NaN);
  const test = {
    title: attribute(element, 'name') ?? 'a test without a name',
    ...(time >= 0 && { seconds: time }),
  };
  for (const [tag, outcome] of [
    ['error', 'error'],
    ['failure', 'failed'],
    ['skipped', 'skipped'],
  ] as const) {
    const [problem] = children(element, tag);
    if (problem !== undefined) return { ...test, outcome, ...detailOf(problem) };
  }
  return { ...test, outcome: 'passed' };
}

/** The text, which has more, or else the message. */
function detailOf(problem: Element): Pick<TestResult, 'detail'> {
  const text = [problem['#'] ?? ''].flat().join('').trim();
  const detail = text === '' ? (attribute(problem, 'message') ?? '') : text;
  return detail === '' ? {} : { detail };
}

/** An element that has only text, or nothing, is parsed to a string. */
function children(element: Element, tag: string): readonly Element[] {
  const found = element[tag] ?? [];
  return [found].flat().map((each) => (typeof each === 'string' ? { '#': each } : each) as Element);
}

function attribute(element: Element, name: string): string | undefined {
  const value = element[`@${name}`];
  return typeof value === 'string' ? value : undefined;
}
