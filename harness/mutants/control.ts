import { FlashError } from '../errors.js';
import { kunitDeadlineMs } from '../machine/guest/kunit.js';
import { startClock } from '../host/duration.js';
import { buildImage } from '../kernel/build/image.js';
import { runHoldTests } from '../suites/hold-suite.js';
import { runKunitTests } from '../suites/kunit-suite.js';
import { findKill, type Kill } from './kill.js';

/**
 * The series without a mutant: were it killed as well, that mutants are killed would say nothing. Its
 * KUnit suites alone, with the boot they are part of: the tests in the guest take minutes, and
 * `npm test` runs them. Returns how many seconds that took.
 */
export async function runControl(): Promise<number> {
  const image = await buildImage();
  const elapsed = startClock();
  requireAlive(await findKill('KUnit', () => runKunitTests(image)), 'npm test kunit');
  return elapsed();
}

/** The same for tests that hold contexts, which `npm test` does not run. */
export async function runHoldControl(): Promise<void> {
  const image = await buildImage({ config: 'hold' });
  requireAlive(await findKill('hold', () => runHoldTests(image)), 'npm test hold -- --config hold');
}

function requireAlive(kill: Kill | undefined, command: string): void {
  if (kill === undefined) return;
  throw new FlashError('testFailure', `the series without a mutant does not pass: ${kill.by}`, {
    advice: `\`${command}\` shows more; mutants say something once it passes`,
  });
}

const generous = 5;
const leastDeadlineMs = 60_000;

/** How long a mutant's KUnit suites may take, by what the control took. */
export function deadlineAfter(controlSeconds: number): number {
  return Math.min(kunitDeadlineMs, Math.max(leastDeadlineMs, Math.ceil(generous * controlSeconds) * 1000));
}
