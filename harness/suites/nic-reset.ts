import { join } from 'node:path';
import { makeRunDirectory, quote } from '../guest/run-directory.js';
import type { GuestOptions } from '../guest/run-in-guest.js';

/**
 * What a guest needs whose machine is reset, as by its reset button, while tests run in it, and which
 * then runs them again from the start. Only what they say in their second life is heard.
 */
export function resetDuring(command: readonly string[]): Pick<GuestOptions, 'runDir' | 'extraQemuArgs' | 'command'> {
  const runDir = makeRunDirectory().path;
  const firstLife = quote(join(runDir, 'first-life.log'));
  const tests = command.map(quote).join(' ');
  const script = [
    `if [ ! -e ${firstLife} ]; then`,
    `  ${tests} > ${firstLife} 2>&1 &`,
    // The next one has begun.
    `  until grep -q '^ok 1 ' ${firstLife}; do sleep 0.1; done`,
    '  sleep 1',
    '  echo b > /proc/sysrq-trigger',
    '  sleep 60',
    "  echo 'the machine was not reset' >&2",
    '  exit 1',
    'fi',
    `exec ${tests}`,
  ];
  return { runDir, extraQemuArgs: ['-action reboot=reset'], command: ['sh', '-c', script.join('\n')] };
}
