import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { readJunit } from './read-junit.js';
import { readKtapReport } from './read-ktap.js';
import { brokenReport, type ReportedSuite } from './reported-suite.js';

/** More than any log of a run; what is bigger is something else. */
const mostBytes = 256 * 1024 * 1024;

/**
 * Reads a file with JUnit XML or KTAP, or a console log with KTAP in it. What cannot be read, or is not whole, is
 * an error in the result: it must not look as if no test had failed.
 */
export function readReport(path: string): readonly ReportedSuite[] {
  const name = basename(path);
  let text: string;
  try {
    const { size } = statSync(path);
    if (size > mostBytes) return [brokenReport(name, `${path} has ${size} bytes, which no report has`)];
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return [brokenReport(name, `${path} cannot be read: ${(error as Error).message}`)];
  }
  return parseReport(text, name);
}

/** @param name what a suite is called that has no name in it. */
export function parseReport(text: string, name: string): readonly ReportedSuite[] {
  if (text.trim() === '') return [brokenReport(name, 'it is empty: the run may have been cut off')];
  const suites = /^\ufeff?\s*<(?:\?xml|!|testsuites?\b)/.test(text)
    ? readJunit(text.replace(/^\ufeff/, '').trim(), name)
    : readKtapReport(text, name);
  return suites.length === 0 ? [brokenReport(name, 'it has no test')] : suites;
}
