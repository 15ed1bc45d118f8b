import { join } from 'node:path';
import { makeRunDirectory, quote } from '../machine/guest/run-directory.js';
import type { GuestOptions } from '../machine/guest/guest-events.js';

/**
 * What a guest needs whose machine is reset, as by its reset button, while tests run in it, and which
 * then runs them again from the start. Only what they say in their second life is heard, unless not
 * one of them passes in the first. `resetButton` is the file that a `b` written to resets it.
 */
export function resetDuring(command: readonly string[], resetButton = '/proc/sysrq-trigger'): Pick<GuestOptions, 'runDir' | 'extraQemuArgs' | 'command'> {
  const runDir = makeRunDirectory().path;
  const firstLife = quote(join(runDir, 'first-life.log'));
  const tests = command.map(quote).join(' ');
  const script = [
    `if [ ! -e ${firstLife} ]; then`,
    `  ${tests} > ${firstLife} 2>&1 &`,
    `  until grep -q '^ok ' ${firstLife}; do`,
    `    kill -0 $! 2>/dev/null || { cat ${firstLife}; exit 1; }`,
    '    sleep 0.1',
    '  done',
    // The next one has begun.
    '  sleep 1',
    `  echo b > ${quote(resetButton)}`,
    '  sleep 60',
    "  echo 'the machine was not reset' >&2",
    '  exit 1',
    'fi',
    `exec ${tests}`,
  ];
  return { runDir, extraQemuArgs: ['-action reboot=reset'], command: ['sh', '-c', script.join('\n')] };
}
