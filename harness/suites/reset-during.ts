import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A `b` written to it resets the machine. */
const resetButton = '/proc/sysrq-trigger';
/** The next test has begun. */
const intoTheNextMs = 1000;
const patienceMs = 60_000;

export interface Reset {
  readonly marker: string;
  readonly button?: string;
}

/**
 * In the first life of a machine, the one without the marker: runs tests until one has passed and
 * resets the machine while the next one runs. Returns in its second life; in the first it throws, with
 * what the tests said, if none of them passes or the machine is not reset.
 */
export async function resetDuring(
  run: (onLine: (line: string) => void) => Promise<unknown>,
  { marker, button = resetButton }: Reset,
): Promise<void> {
  if (existsSync(marker)) return;
  writeFileSync(marker, '');
  const said: string[] = [];
  let passed = false;
  await new Promise<void>((resolve, reject) => {
    const heard = (line: string): void => {
      said.push(line);
      if (!line.startsWith('ok ') || passed) return;
      passed = true;
      resolve();
    };
    run(heard).then(() => resolve(), reject);
  });
  if (!passed) throw new Error(`no test passed before the machine was to be reset:\n${said.join('\n')}`);
  await delay(intoTheNextMs);
  writeFileSync(button, 'b\n');
  await delay(patienceMs);
  throw new Error('the machine was not reset');
}
