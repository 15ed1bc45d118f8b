import type { SuiteResult } from './suite.js';
import { readTap } from './tap.js';

export interface AvaOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  /** What each result took. */
  readonly seconds?: readonly number[];
}

/** The problem of a run that a hanging test ended. */
export const testHung = 'no test ended within the timeout of AVA';

/**
 * Reads what AVA printed with --tap. When its timeout passes, its reporter dies of what it should
 * report; when it cannot start it says so on stderr alone.
 */
export function readAva({ stdout, stderr, exitCode, seconds }: AvaOutput): Promise<SuiteResult> {
  const text = stdout === '' ? stderr : stdout;
  const hung = /\bTapReporter\.writeTimeout\b/.test(stderr);
  return readTap(hung ? `${text}\nBail out! ${testHung}\n` : text, exitCode, seconds);
}
