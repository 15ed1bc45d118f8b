import { FlashError } from '../../errors.js';
import type { RunResult } from '../../process/run.js';

/** Throws with all that was said if a command ended otherwise than so, or said nothing like that. */
export function expectEnd(result: RunResult, exitCode: 'success' | 'failure', ...said: readonly RegExp[]): void {
  const text = `${result.stdout}${result.stderr}`;
  const isWrong = (result.exitCode === 0) !== (exitCode === 'success');
  const missing = said.filter((pattern) => !pattern.test(text));
  if (!isWrong && missing.length === 0) return;
  const why = isWrong ? `exited with ${result.exitCode}` : `did not say ${missing.join(' or ')}`;
  throw new FlashError('testFailure', `\`${result.command}\` ${why}`, { logTail: text });
}

export function expectSame(what: string, actual: string, expected: string): void {
  if (actual !== expected) throw new FlashError('testFailure', `${what} is ${actual} and not ${expected}`);
}
